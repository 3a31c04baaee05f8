import Engine
import Synchronization

/// All indexes and namespace schemas, in memory; the truth holds them as facts about the store.
///
/// Changed on the writer's queue, after the commit that they belong to; read by anyone.
final class IndexCatalog: Sendable {
    private struct State {
        var byName: [String: PineconeIndex] = [:]
        /// By index id, then namespace.
        var schemas: [String: [String: [String]]] = [:]
        var backups: [String: PineconeBackup] = [:]
        var jobs: [String: RestoreJob] = [:]
    }

    private let state = Mutex(State())

    func index(named name: String) -> PineconeIndex? { state.withLock { $0.byName[name] } }

    var all: [PineconeIndex] { state.withLock { $0.byName.values.sorted { $0.name < $1.name } } }

    func set(_ index: PineconeIndex) { state.withLock { $0.byName[index.name] = index } }

    func remove(_ index: PineconeIndex) {
        state.withLock { state in
            if state.byName[index.name]?.id == index.id { state.byName[index.name] = nil }
            state.schemas[index.id] = nil
        }
    }

    // MARK: Namespace schemas

    /// The fields by which a namespace's records may be filtered, when it has a schema of its own.
    func filterableFields(of index: String, namespace: String) -> [String]? {
        state.withLock { $0.schemas[index]?[namespace] }
    }

    func setFilterableFields(_ fields: [String]?, of index: String, namespace: String) {
        state.withLock { $0.schemas[index, default: [:]][namespace] = fields }
    }

    func schemas(of index: String) -> [String: [String]] { state.withLock { $0.schemas[index] ?? [:] } }

    // MARK: Backups

    var backups: [PineconeBackup] {
        state.withLock { $0.backups.values.sorted { ($0.createdAt, $0.id) < ($1.createdAt, $1.id) } }
    }

    func backup(_ id: String) -> PineconeBackup? { state.withLock { $0.backups[id] } }

    func set(_ backup: PineconeBackup) { state.withLock { $0.backups[backup.id] = backup } }

    func removeBackup(_ id: String) { state.withLock { $0.backups[id] = nil } }

    var jobs: [RestoreJob] {
        state.withLock { $0.jobs.values.sorted { ($0.createdAt, $0.id) < ($1.createdAt, $1.id) } }
    }

    func job(_ id: String) -> RestoreJob? { state.withLock { $0.jobs[id] } }

    func set(_ job: RestoreJob) { state.withLock { $0.jobs[job.id] = job } }
}
