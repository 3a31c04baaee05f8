import Synchronization

/// Key → ordinal of one namespace, readable while the writer adds to it.
///
/// Sixteen shards with a lock each: a look-up holds one lock for a hash probe. The map may run ahead of a reader's
/// snapshot; the snapshot refuses ordinals that it does not cover.
final class KeyMap: Sendable {
    private static let shardCount = 16

    private final class Shard: Sendable {
        let entries = Mutex<[String: UInt32]>([:])
    }

    private let shards: [Shard] = (0..<shardCount).map { _ in Shard() }

    private func shard(_ key: String) -> Shard {
        shards[Int(truncatingIfNeeded: UInt(bitPattern: key.hashValue) >> 8) % Self.shardCount]
    }

    func ordinal(_ key: String) -> UInt32? {
        shard(key).entries.withLock { $0[key] }
    }

    func set(_ key: String, _ ordinal: UInt32) {
        shard(key).entries.withLock { $0[key] = ordinal }
    }

    func remove(_ key: String) {
        _ = shard(key).entries.withLock { $0.removeValue(forKey: key) }
    }
}
