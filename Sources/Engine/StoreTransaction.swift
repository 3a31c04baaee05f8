public import Lineage
import Metadata
import Storage

/// One request's changes, all or nothing.
///
/// Valid only inside the closure given to ``Store/write(barrier:_:)``, on the writer's queue. Look-ups see the changes
/// of this and of earlier requests of the same group commit, because they ask the truth, inside its transaction.
/// Memory follows after the commit: each method notes what to apply, and nothing is applied when the closure throws or
/// the commit fails.
public final class StoreTransaction {
    /// The store's clock at the start of the transaction, milliseconds since 1970 UTC.
    public let now: Int64
    let store: Store
    let session: WriteSession
    let isBarrier: Bool
    var effects: [() -> Void] = []
    private var announcements: [@Sendable () -> Void] = []
    private var notes: [ObjectIdentifier: Any] = [:]
    var touched: [Int64: (namespace: Namespace, seq: UInt64)] = [:]

    init(store: Store, session: WriteSession, now: Int64, isBarrier: Bool) {
        self.store = store
        self.session = session
        self.now = now
        self.isBarrier = isBarrier
    }

    // MARK: Look-ups

    /// The namespace of that name, made when it does not exist.
    ///
    /// - Throws: `notFound` when the collection does not exist.
    public func namespace(_ collection: String, _ name: String) throws -> Namespace {
        try store.namespaceForWriting(collection, name, session)
    }

    /// The record with that key as of this transaction, or `nil`.
    public func record(_ key: String, in namespace: Namespace) throws -> Record? {
        try session.record(namespace: namespace.id, key: key).map { try Record($0) }
    }

    /// The record with that ordinal as of this transaction, or `nil`.
    public func record(_ ordinal: UInt32, in namespace: Namespace) throws -> Record? {
        try session.record(namespace: namespace.id, ordinal: ordinal).map { try Record($0) }
    }

    /// The sequence that this transaction's changes of a namespace get. Gapless: one number per transaction that
    /// changes the namespace.
    public func seq(_ namespace: Namespace) throws -> UInt64 {
        if let entry = touched[namespace.id] { return entry.seq }
        let seq = try session.bumpSeq(namespace: namespace.id)
        touched[namespace.id] = (namespace, seq)
        return seq
    }

    // MARK: Records

    /// Inserts a record and, in a collection with lineage, its node and edges.
    ///
    /// - Returns: the record's ordinal.
    /// - Throws: `alreadyExists` when the key is taken.
    public func insert(_ draft: RecordDraft, in namespace: Namespace) throws -> UInt32 {
        guard let ordinal = try insertIfNew(draft, in: namespace) else {
            throw EngineError(.alreadyExists, "\"\(draft.key)\" exists already", field: "id")
        }
        return ordinal
    }

    /// As ``insert(_:in:)``; `nil` when the key is taken.
    func insertIfNew(_ draft: RecordDraft, in namespace: Namespace) throws -> UInt32? {
        let seq = try seq(namespace)
        let stored = StoredRecordDraft(
            key: draft.key, createdAt: draft.createdAt, updatedAt: now, state: draft.state, payload: draft.payload,
            metadata: MetadataCoding.encode(draft.metadata), vector: draft.vector)
        guard let ordinal = try session.insertRecordIfNew(stored, namespace: namespace.id, seq: seq) else {
            return nil
        }
        for link in draft.parents {
            try session.insertEdge(StoredEdge(child: ordinal, link: link, seq: seq), namespace: namespace.id)
        }
        let writer = namespace.writer
        effects.append {
            if let lineage = writer.lineage {
                applying("a new node") {
                    let node = try lineage.appendNode(
                        parents: draft.parents, creator: draft.creator, createdAt: draft.createdAt)
                    precondition(node == ordinal, "node \(node) and ordinal \(ordinal) must be the same number")
                }
            }
            writer.insert(ordinal: ordinal, draft: draft, seq: seq)
        }
        return ordinal
    }

    /// Changes a record.
    ///
    /// - Returns: the record after the change.
    public func update(_ ordinal: UInt32, in namespace: Namespace, _ change: RecordChange) throws -> Record {
        guard var stored = try session.record(namespace: namespace.id, ordinal: ordinal) else {
            throw EngineError.notFound("record", "#\(ordinal)")
        }
        let seq = try seq(namespace)
        let oldMetadata = try stored.metadata.withUnsafeBytes { try MetadataCoding.decode($0) }
        stored.seq = seq
        stored.updatedAt = now
        if let payload = change.payload { stored.payload = payload }
        if let metadata = change.metadata { stored.metadata = MetadataCoding.encode(metadata) }
        if let state = change.state { stored.state = state }
        switch change.vector {
        case .keep: break
        case .replace(let vector):
            stored.vector = vector
            stored.vectorSeq = seq
        case .remove:
            stored.vector = nil
            stored.vectorSeq = seq
        }
        try session.updateRecord(stored, namespace: namespace.id)
        let record = try Record(stored)
        let writer = namespace.writer
        effects.append {
            writer.update(ordinal: ordinal, oldMetadata: oldMetadata, change: change, seq: seq)
        }
        return record
    }

    /// Removes a record; its ordinal is never used again. Not for records of a lineage collection, whose nodes stay.
    public func delete(_ ordinal: UInt32, in namespace: Namespace) throws {
        precondition(!namespace.collection.hasLineage, "a work is taken down, never deleted: its lineage survives")
        guard let record = try record(ordinal, in: namespace) else {
            throw EngineError.notFound("record", "#\(ordinal)")
        }
        _ = try seq(namespace)
        try session.deleteRecord(namespace: namespace.id, ordinal: ordinal)
        let writer = namespace.writer
        effects.append { writer.delete(ordinal: ordinal, metadata: record.metadata) }
    }

    // MARK: Lineage

    /// Adds a credit between two stored works, or gives one again that was retracted.
    ///
    /// An edge is on record once: a credit that is given again keeps its time and its place among the parents, gets the
    /// flags of the link, and loses the reason of its retraction. Kind and weight must be those on record.
    ///
    /// - Precondition: the transaction is a barrier, so that memory shows everything that was written before it.
    /// - Returns: the link as it stands now.
    /// - Throws: `cycle` with the keys along it; `alreadyExists` when the edge is there, or was with another kind or weight
    ///   when it was retracted.
    public func addLateEdge(child: UInt32, link: ParentLink, in namespace: Namespace) throws -> ParentLink {
        let lineage = try lineageForChange(namespace)
        if let edge = try session.edge(namespace: namespace.id, child: child, parent: link.parent),
            edge.link.flags.contains(.retracted)
        {
            return try revive(edge, link, lineage, namespace)
        }
        // What the graph does when it applies the edge, asked first: nothing may change before the truth has it.
        do {
            try lineage.checkLateEdge(child: child, parent: link.parent)
        } catch {
            throw EngineError(error, rows: namespace.writer.rows)
        }
        let seq = try seq(namespace)
        try session.insertEdge(StoredEdge(child: child, link: link, seq: seq), namespace: namespace.id)
        effects.append {
            applying("a late edge") { try lineage.addLateEdge(child: child, link: link) }
        }
        return link
    }

    private func revive(
        _ edge: StoredEdge, _ link: ParentLink, _ lineage: LineageGraph, _ namespace: Namespace
    ) throws -> ParentLink {
        var edge = edge
        let (child, parent) = (edge.child, edge.parent)
        let old = edge.link
        guard old.kind == link.kind, old.weight == link.weight else {
            let rows = namespace.writer.rows
            throw EngineError(
                .alreadyExists,
                "\"\(rows[Int(child)].key)\" credited \"\(rows[Int(parent)].key)\" before it was retracted: it can be given "
                    + "again as it was, kind \(old.kind.name), weight \(old.weight)",
                field: "parent", limit: "kind \(old.kind.name), weight \(old.weight)")
        }
        do {
            try lineage.checkRevival(child: child, parent: parent)
        } catch {
            throw EngineError(error, rows: namespace.writer.rows)
        }
        // Whether it came at birth or late says where it stands among the parents, and stays.
        let flags = old.flags.intersection(.late).union(link.flags.subtracting([.late, .retracted]))
        edge.flags = flags.rawValue
        edge.seq = try seq(namespace)
        _ = try session.updateEdge(edge, namespace: namespace.id, reason: nil)
        effects.append {
            applying("a credit given again") { try lineage.setEdgeFlags(flags, child: child, parent: parent) }
        }
        return edge.link
    }

    /// Retracts a credit. The edge's row stays, flagged; walks skip it from now on.
    ///
    /// - Precondition: the transaction is a barrier.
    /// - Returns: the link as it stands now.
    /// - Throws: `notFound` when there is no such edge that counts.
    public func retractEdge(
        child: UInt32, parent: UInt32, reason: String?, in namespace: Namespace
    ) throws -> ParentLink {
        let lineage = try lineageForChange(namespace)
        let seq = try seq(namespace)
        guard var edge = try session.edge(namespace: namespace.id, child: child, parent: parent),
            edge.flags & EdgeFlags.retracted.rawValue == 0
        else {
            throw EngineError(.notFound, "there is no such edge", field: "parent")
        }
        edge.flags |= EdgeFlags.retracted.rawValue
        edge.seq = seq
        _ = try session.updateEdge(edge, namespace: namespace.id, reason: reason)
        effects.append {
            applying("a retraction") { try lineage.retractEdge(child: child, parent: parent) }
        }
        return edge.link
    }

    /// Sets what became of a work's node. Lineage survives every state.
    public func setNodeState(_ ordinal: UInt32, _ state: NodeState, in namespace: Namespace) throws {
        guard let lineage = namespace.writer.lineage else {
            preconditionFailure("collection \(namespace.collection.name) has no lineage")
        }
        _ = try seq(namespace)
        effects.append { lineage.setState(state, of: ordinal) }
    }

    private func lineageForChange(_ namespace: Namespace) throws -> LineageGraph {
        precondition(isBarrier, "changes of the graph itself need a barrier transaction")
        guard let lineage = namespace.writer.lineage else {
            preconditionFailure("collection \(namespace.collection.name) has no lineage")
        }
        return lineage
    }

    // MARK: Events

    /// Stores an event unless the same viewer did the same to the same target before.
    ///
    /// - Returns: false when it was stored before.
    public func insertEvent(_ event: EngineEvent) throws -> Bool {
        try session.insertEvent(event.stored)
    }

    /// Takes an event back, such as a follow that ended.
    ///
    /// - Returns: false when it was not stored.
    public func deleteEvent(viewer: String, target: String, kind: String) throws -> Bool {
        try session.deleteEvent(viewer: viewer, target: target, kind: kind)
    }

    /// A value that lives as long as this transaction, one of each type: for what memory learns after the commit only.
    public func withNote<Note, Result>(
        _ initial: @autoclosure () -> Note, _ body: (inout Note) throws -> Result
    ) rethrows -> Result {
        let key = ObjectIdentifier(Note.self)
        var note = notes.removeValue(forKey: key) as? Note ?? initial()
        defer { notes[key] = note }
        return try body(&note)
    }

    /// Runs after the commit, on the writer's queue, before the new snapshots are published. Columns that are changed
    /// here therefore cover at least what a snapshot shows. Never runs when the transaction fails.
    public func afterCommit(_ apply: @escaping @Sendable () -> Void) {
        effects.append(apply)
    }

    /// Runs on the writer's queue when every read sees the changes. Must be short. Never runs when the transaction fails.
    public func afterPublication(_ tell: @escaping @Sendable () -> Void) {
        announcements.append(tell)
    }

    /// Applies all effects in order and publishes the namespaces that changed.
    func apply() {
        for effect in effects { effect() }
        for (namespace, seq) in touched.values {
            namespace.writer.seq = seq
            namespace.publish()
            store.considerSealing(namespace)
        }
        for announcement in announcements { announcement() }
    }
}

/// Runs a change of memory that validation and the commit have promised to work.
///
/// Memory that disagrees with the truth must not go on serving: the process ends, and start-up rebuilds it.
private func applying(_ what: String, _ body: () throws -> Void) {
    do {
        try body()
    } catch {
        fatalError("memory cannot follow the truth at \(what): \(error)")
    }
}
