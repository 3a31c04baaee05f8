import Engine
import Synchronization

/// The columns of every nexus. Made before the store opens, filled while it loads.
final class MemoryDirectory: Sendable {
    /// Name of the collection whose namespaces are the nexuses.
    static let collection = "memories"

    private let columns = Mutex<[String: MemoryColumns]>([:])
    /// Which nexuses have memories that expire, and when.
    let schedule = ExpirySchedule()

    /// The columns of a nexus, `nil` before its first write.
    func columns(of nexusId: String) -> MemoryColumns? {
        columns.withLock { $0[nexusId] }
    }

    /// The columns of a nexus, made when it has none.
    func columnsForWriting(of nexusId: String) -> MemoryColumns {
        columns.withLock { columns in
            if let found = columns[nexusId] { return found }
            let made = MemoryColumns(nexusId: nexusId, schedule: schedule)
            columns[nexusId] = made
            return made
        }
    }

    /// Takes a stored memory at start-up, in ordinal order within its nexus.
    ///
    /// - Throws: `dataLoss` when the record does not hold a memory.
    func load(_ record: LoadedRecord, nexusId: String) throws {
        let payload = try MemoryPayload(decoding: record.payload, key: record.key)
        columnsForWriting(of: nexusId).set(record.ordinal, payload, createdAt: record.createdAt)
    }
}
