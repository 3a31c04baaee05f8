import Lineage
import Metadata
import Storage

extension Record {
    /// A stored row in the engine's terms.
    init(_ stored: StoredRecord) throws {
        self.init(
            ordinal: stored.ordinal, key: stored.key, seq: stored.seq, createdAt: stored.createdAt,
            updatedAt: stored.updatedAt, state: stored.state, payload: stored.payload,
            metadata: try stored.metadata.withUnsafeBytes { try MetadataCoding.decode($0) }, vector: stored.vector)
    }
}

extension StoredEdge {
    init(child: UInt32, link: ParentLink, seq: UInt64) {
        self.init(
            child: child, parent: link.parent, kind: link.kind.rawValue, weight: Double(link.weight),
            flags: link.flags.rawValue, at: link.at, seq: seq)
    }

    var link: ParentLink {
        ParentLink(
            parent: parent, kind: EdgeKind(rawValue: kind), weight: Float(weight), flags: EdgeFlags(rawValue: flags),
            at: at)
    }
}

extension EngineError {
    init(_ error: StorageError) {
        let code: Code =
            switch error.code {
            case .locked: .unavailable
            case .full: .outOfSpace
            case .corrupt: .dataLoss
            case .incompatible, .occupied: .failedPrecondition
            case .overloaded: .overloaded
            case .io: .unavailable
            case .misuse: .internal
            }
        self.init(code, error.description)
    }
}

extension EngineError {
    /// A refusal of the graph, with the keys of the works that it is about.
    init(_ error: LineageError, rows: ChunkedArray<RecordRow>) {
        func key(_ node: UInt32) -> String { node < rows.count ? rows[Int(node)].key : "#\(node)" }
        switch error {
        case .unknownNode(let node):
            self.init(.notFound, "work \"\(key(node))\" does not exist")
        case .selfEdge(let node):
            self = .invalid("parent", "\"\(key(node))\" cannot be its own parent", limit: "another work")
        case .duplicateEdge(let child, let parent):
            self.init(
                .alreadyExists, "\"\(key(child))\" credits \"\(key(parent))\" already", field: "parent")
        case .unknownEdge(let child, let parent):
            self.init(.notFound, "\"\(key(child))\" does not credit \"\(key(parent))\"", field: "parent")
        case .tooManyParents(_, let limit):
            self = .invalid("parent", "the work has \(limit) parents already", limit: "\(limit) parents")
        case .weightOutOfRange(let weight):
            self = .invalid("weight", "weight must be above 0 and at most 1, got \(weight)", limit: "> 0, ≤ 1")
        case .cycle(let path):
            let keys = path.map(key)
            self.init(
                .cycle, "the credit would close a cycle: " + (keys + keys.prefix(1)).joined(separator: " → "),
                field: "parent", limit: "no cycles", details: ["cycle": keys])
        case .capacityExceeded(let limit):
            self.init(.tooLarge, "the lineage graph is at its limit of \(limit)", limit: "\(limit)")
        case .damaged(let what):
            self.init(.dataLoss, "the lineage data is damaged: \(what)")
        }
    }
}
