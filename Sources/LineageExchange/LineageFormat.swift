/// The formats that a lineage is exchanged in.
///
/// | format | works | creator, time, state, title | kind, weight, flags, time of a credit |
/// |---|---|---|---|
/// | CSV | only those that a credit names | no | yes |
/// | JSON Lines | all | yes | yes |
/// | GraphML | all | yes; characters that XML 1.0 has no way to write become U+FFFD | yes |
/// | PROV-JSON | all | yes | yes |
/// | C2PA | all | yes, in an assertion of our own beside the ingredients | yes, as above; the standard's part says only how |
///
/// The order of a child's credits survives in every format. The order of works and of children does not in PROV-JSON.
public enum LineageFormat: String, Sendable, CaseIterable {
    /// Edge list, RFC 4180, header `parent,child,kind,weight,flags,at`.
    case csv
    /// One JSON object a line: a work (`id`) or a credit (`parent`, `child`).
    case jsonl
    /// GraphML 1.0 with typed keys; edges go from parent to child.
    case graphml
    /// W3C PROV-JSON: entities, agents, `wasDerivedFrom`, `wasInfluencedBy`.
    case prov
    /// C2PA ingredient assertions: one manifest-like object a line.
    case c2pa

    /// The format that a file's name suggests; `nil` for a name that suggests none.
    public init?(fileName: String) {
        let name = fileName.lowercased()
        if name.hasSuffix(".csv") {
            self = .csv
        } else if name.hasSuffix(".graphml") || name.hasSuffix(".xml") {
            self = .graphml
        } else if name.hasSuffix(".c2pa.jsonl") {
            self = .c2pa
        } else if name.hasSuffix(".jsonl") || name.hasSuffix(".ndjson") {
            self = .jsonl
        } else if name.hasSuffix(".prov.json") || name.hasSuffix(".json") {
            self = .prov
        } else {
            return nil
        }
    }

    public var writer: any LineageWriter {
        switch self {
        case .csv: CSVLineageWriter()
        case .jsonl: JSONLinesLineageWriter()
        case .graphml: GraphMLLineageWriter()
        case .prov: PROVLineageWriter()
        case .c2pa: C2PALineageWriter()
        }
    }

    public var reader: any LineageReader {
        switch self {
        case .csv: CSVLineageReader()
        case .jsonl: JSONLinesLineageReader()
        case .graphml: GraphMLLineageReader()
        case .prov: PROVLineageReader()
        case .c2pa: C2PALineageReader()
        }
    }
}

/// Takes bytes of a file, in order.
public typealias ByteSink = ([UInt8]) throws -> Void

/// How often a writer goes over its source, so that progress can be told.
public struct LineagePasses: Sendable, Equatable {
    /// Passes over the works, with or without their credits.
    public var works: Int
    public var credits: Int
}

/// Writes one format.
public protocol LineageWriter: Sendable {
    var passes: LineagePasses { get }

    /// Writes the whole lineage piece by piece; memory does not grow with it.
    ///
    /// - Throws: what the source and the sink throw.
    func write(_ source: some LineageSource, to sink: ByteSink) throws
}

extension LineageWriter {
    /// The bytes of a file.
    public func bytes(_ source: some LineageSource) throws -> [UInt8] {
        var bytes: [UInt8] = []
        try write(source) { bytes += $0 }
        return bytes
    }
}

/// Reads one format.
public protocol LineageReader: Sendable {
    /// Reads and checks everything. The caller gets all of it or nothing.
    ///
    /// - Throws: ``LineageFormatError`` with the place of the first fault; what the input throws.
    func read(_ input: LineageInput) throws -> LineageReading
}
