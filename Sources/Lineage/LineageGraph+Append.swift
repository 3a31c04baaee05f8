extension LineageGraph {
    /// Appends a work with the parents it is born with.
    ///
    /// - Parameters:
    ///   - parents: existing works, none twice, at most 64, in the order to keep; the first one counts as primary.
    ///     Links flagged `retracted` are kept on record and not followed, so that a stored graph can be read back.
    ///   - creator: interned number of the creator.
    ///   - createdAt: milliseconds since 1970 UTC. A parent may be newer than its child.
    /// - Returns: the work's node: the number of nodes before.
    /// - Throws: ``LineageError``; nothing is changed then.
    /// - Complexity: O(parents), without a search: no cycle can arise.
    @discardableResult
    public func appendNode(
        parents: [ParentLink], creator: UInt32, createdAt: Int64, state: NodeState = .live
    ) throws(LineageError) -> UInt32 {
        try core.appendNode(parents: parents, creator: creator, createdAt: createdAt, state: state)
    }

    /// Checks what ``appendNode(parents:creator:createdAt:state:)`` asks of the parents of a node with that number.
    public static func checkParents(_ parents: [ParentLink], of node: UInt32) throws(LineageError) {
        if parents.count > parentsMax { throw .tooManyParents(count: parents.count, limit: parentsMax) }
        for (index, link) in parents.enumerated() {
            if link.parent == node { throw .selfEdge(node) }
            if link.parent > node { throw .unknownNode(link.parent) }
            if !(link.weight > 0 && link.weight <= 1) { throw .weightOutOfRange(link.weight) }
            for earlier in 0..<index where parents[earlier].parent == link.parent {
                throw .duplicateEdge(child: node, parent: link.parent)
            }
        }
    }
}
