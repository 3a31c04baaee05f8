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
        let numbers = (0..<7).map { $0 == 3 ? Int64(bitPattern: edge.weight.bitPattern) : statement.int64($0) }
        let reason = statement.isNull(8) ? nil : statement.blob(8)
        let id = statement.int64(9)
        guard checksum(id, numbers, reason) == statement.int64(7), id >> 32 == namespace else {
            throw StorageError(
                .corrupt, "edge #\(edge.child) from #\(edge.parent) of namespace \(namespace) fails its checksum")
        }
        return edge
    }

    static func id(namespace: Int64, place: Int) -> Int64 { namespace << 32 | Int64(place) }

    static func checksum(_ edge: StoredEdge, id: Int64, reason: String?) -> Int64 {
        let numbers = [
            Int64(edge.child), Int64(edge.parent), Int64(edge.kind), Int64(bitPattern: edge.weight.bitPattern),
            Int64(edge.flags), edge.at, Int64(bitPattern: edge.seq),
        ]
        guard var reason else { return checksum(id, numbers, nil) }
        return reason.withUTF8 { checksum(id, numbers, UnsafeRawBufferPointer($0)) }
    }

    private static func checksum(_ id: Int64, _ numbers: [Int64], _ reason: UnsafeRawBufferPointer?) -> Int64 {
        RowChecksum.of([id, reason == nil ? 0 : 1] + numbers, reason.map { [$0] } ?? [])
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
        RowChecksum.of(
            [id, Int64(bitPattern: event.weight.bitPattern), event.at], texts: [event.viewer, event.target, event.kind])
    }
}
