import Engine
import PineconeAPI

/// Writes the records of an index as they are at one moment.
public struct RecordExporter: Sendable {
    let platform: ArcaneaPlatform
    let index: String
    let namespace: String?

    /// - Parameter namespace: only this one, when given.
    public init(platform: ArcaneaPlatform, index: String, namespace: String? = nil) {
        self.platform = platform
        self.index = index
        self.namespace = namespace
    }

    /// One line a record, which an import reads again.
    ///
    /// - Parameter body: gets one line at a time, without its end.
    /// - Returns: the number of records.
    public func exportJSONLines(
        progress: (Double) -> Void = { _ in }, _ body: ([UInt8]) throws -> Void
    ) throws -> Int {
        var counter = try Counter(total: platform.pinecone.recordCount(index, namespace: namespace))
        try platform.pinecone.scan(index, namespace: namespace) { namespace, record in
            try body(RecordLine.bytes(record, namespace: namespace))
            counter.add(progress)
        }
        return counter.count
    }

    /// The dense vectors as rows of a matrix, and their ids in the same order. Records without a dense vector are left out.
    ///
    /// - Parameters:
    ///   - row: gets the bytes of one row's float32 numbers, little-endian, at a time.
    ///   - id: gets one id, without an end of line.
    /// - Returns: the shape of the matrix.
    /// - Throws: `invalidArgument` for an index of sparse vectors, for one of several namespaces when none is named, and for
    ///   an id that holds a line break.
    public func exportMatrix(
        progress: (Double) -> Void = { _ in }, row: ([UInt8]) throws -> Void, id: ([UInt8]) throws -> Void
    ) throws -> (rows: Int, columns: Int) {
        guard let dimension = try platform.pinecone.describe(index).dense?.dimension else {
            throw EngineError.invalid(
                "index", "\(index) holds sparse vectors, which are no matrix", limit: "dense vectors")
        }
        var counter = try Counter(total: platform.pinecone.recordCount(index, namespace: namespace))
        var only: String?
        try platform.pinecone.scan(index, namespace: namespace) { namespace, record in
            guard only == nil || only == namespace else {
                throw EngineError.invalid(
                    "namespace", "\(index) has several namespaces, whose ids may be equal: name one of them",
                    limit: "one namespace")
            }
            only = namespace
            guard !record.values.isEmpty else { return }
            guard !record.id.utf8.contains(0x0A), !record.id.utf8.contains(0x0D) else {
                throw EngineError.invalid(
                    "ids", "the id \"\(record.id)\" holds a line break: export JSON Lines instead", limit: "one line")
            }
            try row(record.values.flatMap { value in withUnsafeBytes(of: value.bitPattern.littleEndian, Array.init) })
            try id(Array(record.id.utf8))
            counter.add(progress)
        }
        return (counter.count, dimension)
    }

    private struct Counter {
        var count = 0
        let total: Int

        init(total: Int) { self.total = total }

        mutating func add(_ progress: (Double) -> Void) {
            count += 1
            if count % 1_000 == 0 { progress(min(1, Double(count) / Double(max(1, total)))) }
        }
    }
}
