extension WriteSession {
    /// Appends an edge.
    ///
    /// - Throws: `misuse` when the two nodes have one.
    public func insertEdge(_ edge: StoredEdge, namespace: Int64) throws(StorageError) {
        let place = try changeHead(namespace) { head in
            head.edgeCount += 1
            return head.edgeCount - 1
        }
        let id = EdgeRows.id(namespace: namespace, place: place)
        let checksum = EdgeRows.checksum(edge, id: id, reason: nil)
        let statement = try connection.statement(
            """
            INSERT INTO edge (namespace_id, child, parent, kind, weight, flags, at, seq, checksum, id)
            VALUES (?,?,?,?,?,?,?,?,?,?)
            """)
        statement.bind(1, namespace)
        statement.bind(2, Int64(edge.child))
        statement.bind(3, Int64(edge.parent))
        statement.bind(4, Int64(edge.kind))
        statement.bind(5, edge.weight)
        statement.bind(6, Int64(edge.flags))
        statement.bind(7, edge.at)
        statement.bind(8, edge.seq)
        statement.bind(9, checksum)
        statement.bind(10, id)
        try statement.run()
        try changeHead(namespace) { $0.edgeDigest &+= UInt64(bitPattern: checksum) }
    }

    /// Replaces the kind, weight, flags, time and sequence of a stored edge; its place in the order of arrival stays.
    ///
    /// - Parameter reason: why, kept with the row.
    /// - Returns: false when there is no such edge.
    public func updateEdge(_ edge: StoredEdge, namespace: Int64, reason: String?) throws(StorageError) -> Bool {
        guard let (id, old) = try place(namespace: namespace, child: edge.child, parent: edge.parent) else {
            return false
        }
        let checksum = EdgeRows.checksum(edge, id: id, reason: reason)
        let statement = try connection.statement(
            """
            UPDATE edge SET kind = ?3, weight = ?4, flags = ?5, at = ?6, seq = ?7, reason = ?8, checksum = ?2
            WHERE id = ?1
            """)
        statement.bind(1, id)
        statement.bind(2, checksum)
        statement.bind(3, Int64(edge.kind))
        statement.bind(4, edge.weight)
        statement.bind(5, Int64(edge.flags))
        statement.bind(6, edge.at)
        statement.bind(7, edge.seq)
        if let reason { statement.bind(8, reason) } else { statement.bindNull(8) }
        try statement.run()
        try changeHead(namespace) { $0.edgeDigest = $0.edgeDigest &- old &+ UInt64(bitPattern: checksum) }
        return true
    }

    private func place(
        namespace: Int64, child: UInt32, parent: UInt32
    ) throws(StorageError) -> (id: Int64, checksum: UInt64)? {
        let statement = try connection.statement(
            "SELECT id, checksum FROM edge WHERE namespace_id = ? AND child = ? AND parent = ?")
        statement.bind(1, namespace)
        statement.bind(2, Int64(child))
        statement.bind(3, Int64(parent))
        defer { statement.reset() }
        return try statement.step() ? (statement.int64(0), statement.uint64(1)) : nil
    }

    /// The edge between two nodes, its checksum verified.
    public func edge(namespace: Int64, child: UInt32, parent: UInt32) throws(StorageError) -> StoredEdge? {
        let statement = try connection.statement(
            "SELECT \(EdgeRows.columns) FROM edge WHERE namespace_id = ? AND child = ? AND parent = ?")
        statement.bind(1, namespace)
        statement.bind(2, Int64(child))
        statement.bind(3, Int64(parent))
        defer { statement.reset() }
        return try statement.step() ? EdgeRows.read(statement, namespace: namespace) : nil
    }
}
