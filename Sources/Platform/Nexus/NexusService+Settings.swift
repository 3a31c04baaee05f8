import Engine
import Synchronization

/// The settings of all agents that have some. Made before the store opens, filled while it loads.
final class NexusSettingsDirectory: Sendable {
    struct Entry: Sendable {
        var settings: NexusSettings
        var updatedAt: Int64
        var seq: UInt64
    }

    private let entries = Mutex<[String: Entry]>([:])

    subscript(nexusId: String) -> Entry? {
        get { entries.withLock { $0[nexusId] } }
        set { entries.withLock { $0[nexusId] = newValue } }
    }

    func set(_ nexusId: String, _ entry: Entry?) { entries.withLock { $0[nexusId] = entry } }

    /// Takes stored settings at start-up.
    func load(_ record: LoadedRecord) throws {
        set(
            record.key,
            Entry(
                settings: try NexusSettings(decoding: record.payload, key: record.key), updatedAt: record.updatedAt,
                seq: record.seq))
    }
}

extension NexusService {
    /// Sets how an agent remembers, in place of what was set before. The agent need not have a memory yet.
    ///
    /// - Throws: `invalidArgument` naming the field. Nothing is changed then.
    public func configure(_ nexusId: String, _ settings: NexusSettings) async throws -> WriteReceipt<NexusAnswer> {
        let timer = AnswerTimer()
        try ArgumentCheck.check(newNexusId: nexusId)
        try settings.validate()
        let bytes = try settings.encoded()
        let entry = try await store.write { [directory = self.settings] transaction in
            let record = try FactStore.put(nexusId, bytes, kind: .nexus, in: transaction)
            let entry = NexusSettingsDirectory.Entry(
                settings: settings, updatedAt: record.updatedAt, seq: record.seq)
            transaction.afterCommit { directory.set(nexusId, entry) }
            return entry
        }
        return WriteReceipt(value: try answer(nexusId, entry), seq: entry.seq, tookMicros: timer.micros)
    }

    /// An agent's settings and what they come to.
    ///
    /// - Throws: `notFound` for an agent that has neither settings nor a memory.
    public func settings(_ nexusId: String) throws -> NexusAnswer {
        try ArgumentCheck.check(nexusId: nexusId)
        let entry = settings[nexusId]
        guard entry != nil || store.namespace(MemoryDirectory.collection, nexusId) != nil else {
            throw EngineError.notFound("nexus", nexusId, field: "nexusId")
        }
        return try answer(nexusId, entry)
    }

    /// Takes an agent back to the defaults. Its memories stay.
    ///
    /// - Throws: `notFound` when it has no settings.
    public func resetSettings(_ nexusId: String) async throws -> WriteReceipt<DeletedAnswer> {
        let timer = AnswerTimer()
        try ArgumentCheck.check(nexusId: nexusId)
        let seq = try await store.write { [directory = self.settings] transaction in
            guard let seq = try FactStore.remove(nexusId, kind: .nexus, in: transaction) else {
                throw EngineError(.notFound, "nexus \"\(nexusId)\" has no settings", field: "nexusId")
            }
            transaction.afterCommit { directory.set(nexusId, nil) }
            return seq
        }
        return WriteReceipt(value: DeletedAnswer(id: nexusId), seq: seq, tookMicros: timer.micros)
    }

    private func answer(_ nexusId: String, _ entry: NexusSettingsDirectory.Entry?) throws -> NexusAnswer {
        let settings = entry?.settings ?? NexusSettings()
        return NexusAnswer(
            id: nexusId, settings: settings.json, effective: try settings.effective,
            memories: store.namespace(MemoryDirectory.collection, nexusId)?.snapshot.recordCount ?? 0,
            updatedAt: entry.map { Timestamp(milliseconds: $0.updatedAt) })
    }
}
