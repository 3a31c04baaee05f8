/// How edge rows are read and checked.
enum EdgeRows {
    static let columns = "child, parent, kind, weight, flags, at, seq, checksum, reason, id"

    /// - Throws: `corrupt`, naming the edge.
    static func read(_ statement: Statement, namespace: Int64) throws(StorageError) -> StoredEdge {
        let edge = StoredEdge(
            child: UInt32(truncatingIfNeeded: statement.int64(0)),
            parent: UInt32(truncatingIfNeeded: statement.int64(1)), kind: UInt8(truncatingIfNeeded: statement.int64(2)),
            weight: statement.double(3), flags: UInt8(truncatingIfNeeded: statement.int64(4)), at: statement.int64(5),
            seq: statement.uint64(6))
        let id = statement.int64(9)
        let reason = statement.isNull(8) ? nil : statement.string(8)
        // What does not fit its type was not stored by us; the sum is over the parts that fit.
        let isInRange = (0..<5).allSatisfy { $0 == 3 || statement.int64($0) >= 0 && statement.int64($0) < 1 << 32 }
        guard isInRange, statement.int64(2) < 256, statement.int64(4) < 256, id >> 32 == namespace,
            checksum(edge, id: id, reason: reason) == statement.int64(7)
        else {
            throw StorageError(
                .corrupt, "edge #\(edge.child) from #\(edge.parent) of namespace \(namespace) fails its checksum")
        }
        return edge
    }

    static func id(namespace: Int64, place: Int) -> Int64 { namespace << 32 | Int64(place) }

    static func checksum(_ edge: StoredEdge, id: Int64, reason: String?) -> Int64 {
        var sum = RowChecksum()
        sum.add(id)
        sum.add(Int64(edge.child))
        sum.add(Int64(edge.parent))
        sum.add(Int64(edge.kind))
        sum.add(edge.weight)
        sum.add(Int64(edge.flags))
        sum.add(edge.at)
        sum.add(edge.seq)
        sum.add(Int64(reason == nil ? 0 : 1))
        if let reason { sum.add(reason) }
        return sum.value
    }
}

/// How event rows are read and checked.
enum EventRows {
    static let columns = "viewer, target, kind, weight, at, checksum, id"

    /// - Throws: `corrupt`, naming the event.
    static func read(_ statement: Statement) throws(StorageError) -> StoredEvent {
        let event = StoredEvent(
            viewer: statement.string(0), target: statement.string(1), kind: statement.string(2),
            weight: statement.double(3), at: statement.int64(4))
        guard checksum(event, id: statement.int64(6)) == statement.int64(5) else {
            throw StorageError(
                .corrupt, "the \(event.kind) of \"\(event.viewer)\" on \"\(event.target)\" fails its checksum")
        }
        return event
    }

    static func checksum(_ event: StoredEvent, id: Int64) -> Int64 {
        var sum = RowChecksum()
        sum.add(id)
        sum.add(event.viewer)
        sum.add(event.target)
        sum.add(event.kind)
        sum.add(event.weight)
        sum.add(event.at)
        return sum.value
    }
}
