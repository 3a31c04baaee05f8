import Engine
import Lineage
import Metadata
import Synchronization

/// What must be known of every work without reading its record.
struct EssenceRow: Sendable, Equatable {
    /// Number of the realm; the creator number of the lineage graph.
    var realm: UInt32
    var createdAt: Int64
    var state: NodeState
    var visibility: Visibility
}

/// The columns of all works, filled while the store loads and changed after each commit, before the namespace's snapshot
/// is published: a view that is taken after a snapshot covers it.
final class EssenceColumns: Sendable {
    private struct State {
        var rows = ChunkedArray<EssenceRow>()
        var realmNumbers: [String: UInt32] = [:]
        var realmIds: [String] = []
        /// Works of each realm, the oldest first (by creation time, then ordinal).
        var worksOfRealm: [[UInt32]] = []
    }

    private let state = Mutex(State())

    var rows: ChunkedArray<EssenceRow> { state.withLock { $0.rows } }

    /// The number of a realm, given on first use and never changed while the process lives.
    func intern(_ realmId: String) -> UInt32 {
        state.withLock { state in
            if let number = state.realmNumbers[realmId] { return number }
            let number = UInt32(state.realmIds.count)
            state.realmNumbers[realmId] = number
            state.realmIds.append(realmId)
            state.worksOfRealm.append([])
            return number
        }
    }

    func realmNumber(of realmId: String) -> UInt32? { state.withLock { $0.realmNumbers[realmId] } }

    func realmId(of number: UInt32) -> String { state.withLock { $0.realmIds[Int(number)] } }

    /// Takes the row of a new work, whose ordinal is the number of rows before.
    func append(_ row: EssenceRow) {
        state.withLock { state in
            let ordinal = UInt32(state.rows.count)
            state.rows.append(row)
            var position = state.worksOfRealm[Int(row.realm)].count
            // Works arrive nearly in the order of their times. No copy of the list is held while it changes.
            while position > 0 {
                let before = state.worksOfRealm[Int(row.realm)][position - 1]
                guard state.rows[Int(before)].createdAt > row.createdAt else { break }
                position -= 1
            }
            state.worksOfRealm[Int(row.realm)].insert(ordinal, at: position)
        }
    }

    func update(_ ordinal: UInt32, state newState: NodeState? = nil, visibility: Visibility? = nil) {
        state.withLock { state in
            var row = state.rows[Int(ordinal)]
            if let newState { row.state = newState }
            if let visibility { row.visibility = visibility }
            state.rows[Int(ordinal)] = row
        }
    }

    /// Works of a realm, the newest first.
    func newestWorks(ofRealm number: UInt32, limit: Int) -> [UInt32] {
        state.withLock { state in
            guard Int(number) < state.worksOfRealm.count else { return [] }
            return Array(state.worksOfRealm[Int(number)].suffix(limit).reversed())
        }
    }

    /// Takes a stored work at start-up, in the order of ordinals.
    ///
    /// - Returns: the number of its realm.
    func load(_ record: LoadedRecord) throws -> UInt32 {
        guard case .string(let realmId)? = record.metadata["realmId"],
            case .string(let name)? = record.metadata["visibility"], let visibility = Visibility(rawValue: name),
            let state = NodeState(rawValue: record.state)
        else { throw EngineError(.dataLoss, "work \"\(record.key)\" lacks its realm, visibility or state") }
        let realm = intern(realmId)
        append(EssenceRow(realm: realm, createdAt: record.createdAt, state: state, visibility: visibility))
        return realm
    }
}

/// The columns as the feed wants them, with titles from the truth.
struct EssenceColumnsDirectory: EssenceDirectory {
    private struct View: EssenceFactsView {
        let rows: ChunkedArray<EssenceRow>

        var count: Int { rows.count }

        func facts(of ordinal: UInt32) -> EssenceFacts {
            let row = rows[Int(ordinal)]
            return EssenceFacts(
                realm: row.realm, createdAt: row.createdAt, isPublic: row.state == .live && row.visibility == .public)
        }
    }

    let columns: EssenceColumns
    let store: Store

    func factsView() -> any EssenceFactsView { View(rows: columns.rows) }

    func realmNumber(of realmId: String) -> UInt32? { columns.realmNumber(of: realmId) }

    func realmId(of number: UInt32) -> String { columns.realmId(of: number) }

    func newestWorks(ofRealm number: UInt32, limit: Int) -> [UInt32] {
        columns.newestWorks(ofRealm: number, limit: limit)
    }

    func titles(of ordinals: [UInt32]) throws -> [UInt32: String] {
        guard let namespace = store.namespace(EssenceService.collection, EssenceService.namespace) else { return [:] }
        var titles: [UInt32: String] = [:]
        for record in try store.records(ordinals, in: namespace) {
            titles[record.ordinal] = try EssencePayload(decoding: record.payload, key: record.key).title
        }
        return titles
    }
}
