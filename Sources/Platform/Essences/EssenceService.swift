import Engine
import Lineage
import Metadata
import Synchronization

/// Works: making, changing, taking down and finding them.
///
/// Writes are durable and visible to every read when they return. A takedown removes a work's content and vector; its
/// node stays, and lineage survives.
public final class EssenceService: Sendable {
    /// All works live in one namespace of one collection, so that there is one sequence.
    static let collection = "essences"
    static let namespace = ""

    let store: Store
    let columns: EssenceColumns
    let embedder: CollectionEmbedder
    let observers: [any EssenceObserver]
    let clock: @Sendable () -> Int64
    let publicSlots = Mutex<PublicSlots?>(nil)

    init(
        store: Store, columns: EssenceColumns, embedder: CollectionEmbedder, observers: [any EssenceObserver],
        clock: @escaping @Sendable () -> Int64
    ) {
        self.store = store
        self.columns = columns
        self.embedder = embedder
        self.observers = observers
        self.clock = clock
    }

    /// The works as of the last acknowledged write; `nil` before the first one.
    var snapshot: NamespaceSnapshot? { works?.snapshot }

    /// The namespace of all works; `nil` before the first write.
    var works: Namespace? { store.namespace(Self.collection, Self.namespace) }

    /// The ordinal of a work that exists, whatever became of it.
    func ordinal(_ id: String, in snapshot: NamespaceSnapshot?, field: String) throws -> UInt32 {
        guard let ordinal = snapshot?.ordinal(ofKey: id) else {
            throw EngineError.notFound("essence", id, field: field)
        }
        return ordinal
    }

    // MARK: Reading

    /// Whether a realm may read a work: all but the private works of other realms.
    ///
    /// - Throws: `notFound` for a work that does not exist, and the same for one that the realm may not know of.
    public func checkVisible(_ id: String, to viewerRealmId: String) throws {
        let ordinal = try ordinal(id, in: snapshot, field: "id")
        let row = columns.rows[Int(ordinal)]
        guard row.visibility != .private || row.realm == columns.realmNumber(of: viewerRealmId) else {
            throw EngineError.notFound("essence", id, field: "id")
        }
    }

    /// A work by its id. A merged work answers as itself and names the work that took its place.
    ///
    /// - Throws: `notFound`.
    public func get(_ id: String, includeVector: Bool = false) throws -> Essence {
        guard let namespace = store.namespace(Self.collection, Self.namespace) else {
            throw EngineError.notFound("essence", id, field: "id")
        }
        let snapshot = namespace.snapshot
        let ordinal = try ordinal(id, in: snapshot, field: "id")
        guard let record = try store.record(ordinal, in: namespace) else {
            throw EngineError.notFound("essence", id, field: "id")
        }
        return try essence(record, in: snapshot, includeVector: includeVector)
    }

    /// A work as answers show it: its record, with the credits of the snapshot.
    func essence(_ record: Record, in snapshot: NamespaceSnapshot, includeVector: Bool) throws -> Essence {
        let payload = try EssencePayload(decoding: record.payload, key: record.key)
        var essence = Essence(record, payload, state: EssenceState(NodeState(rawValue: record.state) ?? .live))
        if let lineage = snapshot.lineage, record.ordinal < lineage.nodeCount {
            essence.remixFrom = lineage.parents(of: record.ordinal).map { link in
                RemixSource(
                    essenceId: WorkIdentity(of: link.parent, in: snapshot).id, kind: link.kind.name,
                    weight: Double(link.weight), flags: link.flags.names)
            }
        }
        if includeVector { essence.vector = record.vector }
        return essence
    }
}

/// How a collection's texts become vectors.
struct CollectionEmbedder: Sendable {
    var name: String
    var dimension: Int
    /// `nil` when vectors come from outside.
    var embed: (@Sendable (String) -> [Float])?

    /// The vector of a text, or of what the caller brought in its place.
    ///
    /// - Throws: `invalidArgument` for a wrong dimension, a vector without a direction, a text without a word, or a text
    ///   where vectors come from outside.
    func vector(given vector: [Float]?, text: @autoclosure () -> String, field: String, textField: String) throws
        -> [Float]
    {
        if let vector {
            guard vector.count == dimension else {
                throw EngineError.invalid(
                    field, "\(field) must hold \(dimension) numbers, got \(vector.count)", limit: "\(dimension) numbers"
                )
            }
            guard vector.allSatisfy(\.isFinite) else {
                throw EngineError.invalid(field, "\(field) must hold finite numbers", limit: "finite")
            }
            guard vector.contains(where: { $0 != 0 }) else {
                throw EngineError.invalid(
                    field, "\(field) must not be all zeros: it has no direction", limit: "length > 0")
            }
            return vector
        }
        guard let embed else {
            throw EngineError.invalid(
                field, "this store's vectors come from outside: \(field) is required with \(dimension) numbers",
                limit: "\(dimension) numbers")
        }
        let embedded = embed(text())
        guard embedded.contains(where: { $0 != 0 }) else {
            throw EngineError.invalid(textField, "\(textField) holds no word to embed", limit: "at least one word")
        }
        return embedded
    }
}

extension EssenceState {
    init(_ state: NodeState) {
        self =
            switch state {
            case .live: .live
            case .hidden: .hidden
            case .redacted: .redacted
            case .merged: .merged
            }
    }

    var node: NodeState {
        switch self {
        case .live: .live
        case .hidden: .hidden
        case .redacted: .redacted
        case .merged: .merged
        }
    }
}

extension Essence {
    init(_ record: Record, _ payload: EssencePayload, state: EssenceState) {
        self.init(
            id: record.key, realmId: state == .redacted ? nil : payload.realmId, nexusId: payload.nexusId,
            kind: payload.kind, title: payload.title, text: payload.text, spark: payload.spark, shadow: payload.shadow,
            remixFrom: [], createdAt: Timestamp(milliseconds: record.createdAt),
            updatedAt: Timestamp(milliseconds: record.updatedAt), tags: payload.tags, metadata: payload.metadata,
            visibility: payload.visibility, state: state, mergedInto: payload.mergedInto, vector: nil, seq: record.seq)
    }
}

/// What answers about other works call a work: its id, or for a redacted one a name that tells nothing.
struct WorkIdentity {
    let id: String
    let state: EssenceState

    init(of ordinal: UInt32, in snapshot: NamespaceSnapshot) {
        let row = snapshot.rows[Int(ordinal)]
        state = EssenceState(NodeState(rawValue: row.state) ?? .live)
        id = state == .redacted ? "redacted:\(ordinal)" : row.key
    }
}
