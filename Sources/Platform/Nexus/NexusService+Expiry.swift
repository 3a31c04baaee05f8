import Engine

extension NexusService {
    /// Memories of one transaction: a few milliseconds of writing.
    private static let expiredPerWrite = 500

    /// Deletes the memories that have expired, their rows and their vectors. Recalls do without them from the very moment;
    /// this takes them from look-ups by id, from listings and from the disk.
    ///
    /// - Returns: how many were deleted.
    /// - Throws: what a write throws; what is left is deleted by a later call.
    @discardableResult
    func deleteExpired() async throws -> Int {
        var count = 0
        for nexusId in memories.schedule.takeDue(at: clock()) {
            do {
                count += try await deleteExpired(of: nexusId)
            } catch {
                memories.schedule.note(nexusId, at: clock())
                throw error
            }
        }
        if count > 0 { await store.eraseFreedSpace() }
        return count
    }

    private func deleteExpired(of nexusId: String) async throws -> Int {
        guard let namespace = store.namespace(MemoryDirectory.collection, nexusId) else { return 0 }
        let now = clock()
        guard let view = memories.columns(of: nexusId)?.view else { return 0 }
        let due = (0..<UInt32(view.rows.count)).filter { ordinal in
            view.rows[Int(ordinal)].exists && view.rows[Int(ordinal)].expiresAt <= now
        }
        // Later in the same second.
        for ordinal in 0..<view.rows.count where view.rows[ordinal].exists {
            let time = view.rows[ordinal].expiresAt
            if time > now, time / 1_000 <= now / 1_000 { memories.schedule.note(nexusId, at: time) }
        }
        var count = 0
        for start in stride(from: 0, to: due.count, by: Self.expiredPerWrite) {
            let part = due[start..<min(due.count, start + Self.expiredPerWrite)]
            count += try await store.write(grows: false) { [self] transaction in
                var count = 0
                for ordinal in part {
                    // As the truth has it now: somebody may have merged it with a memory that stays.
                    guard let record = try transaction.record(ordinal, in: namespace),
                        let expiresAt = try MemoryPayload(decoding: record.payload, key: record.key).expiresAt,
                        expiresAt <= now
                    else { continue }
                    try forget(record, .hard, nexusId, namespace, transaction)
                    count += 1
                }
                return count
            }
        }
        return count
    }
}
