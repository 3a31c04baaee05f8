/// How edge rows are read and checked.
enum EdgeRows {
    static let columns = "child, parent, kind, weight, flags, at, seq, checksum"

    static func read(_ statement: Statement, namespace: Int64) throws(StorageError) -> StoredEdge {
        let edge = StoredEdge(
            child: UInt32(truncatingIfNeeded: statement.int64(0)),
            parent: UInt32(truncatingIfNeeded: statement.int64(1)), kind: UInt8(truncatingIfNeeded: statement.int64(2)),
            weight: statement.double(3), flags: UInt8(truncatingIfNeeded: statement.int64(4)), at: statement.int64(5),
            seq: UInt64(bitPattern: statement.int64(6)))
        guard checksum(edge, namespace: namespace) == statement.int64(7) else {
            throw StorageError(
                .corrupt, "edge #\(edge.child) from #\(edge.parent) of namespace \(namespace) fails its checksum")
        }
        return edge
    }

    static func checksum(_ edge: StoredEdge, namespace: Int64) -> Int64 {
        var sum = RowChecksum()
        sum.add(namespace)
        sum.add(Int64(edge.child))
        sum.add(Int64(edge.parent))
        sum.add(Int64(edge.kind))
        sum.add(Int64(bitPattern: edge.weight.bitPattern))
        sum.add(Int64(edge.flags))
        sum.add(edge.at)
        sum.add(Int64(bitPattern: edge.seq))
        return Int64(sum.value)
    }
}

/// How event rows are read and checked.
enum EventRows {
    static let columns = "viewer, target, kind, weight, at, checksum"

    static func read(_ statement: Statement) throws(StorageError) -> StoredEvent {
        let event = StoredEvent(
            viewer: statement.string(0), target: statement.string(1), kind: statement.string(2),
            weight: statement.double(3), at: statement.int64(4))
        guard checksum(event) == statement.int64(5) else {
            throw StorageError(
                .corrupt, "the \(event.kind) of \"\(event.viewer)\" on \"\(event.target)\" fails its checksum")
        }
        return event
    }

    static func checksum(_ event: StoredEvent) -> Int64 {
        var sum = RowChecksum()
        sum.add(event.viewer)
        sum.add(event.target)
        sum.add(event.kind)
        sum.add(Int64(bitPattern: event.weight.bitPattern))
        sum.add(event.at)
        return Int64(sum.value)
    }
}
