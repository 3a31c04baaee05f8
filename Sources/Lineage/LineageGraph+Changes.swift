extension LineageGraph {
    /// Checks whether ``addLateEdge(child:link:)`` would accept a credit, without changing anything.
    ///
    /// - Parameter explainsCycle: whether a `cycle` error carries a shortest path, which takes a search, or only both ends.
    /// - Throws: what that method throws.
    /// - Complexity: as ``LineageSnapshot/isAncestor(_:of:)``.
    public func checkLateEdge(
        child: UInt32, parent: UInt32, explainsCycle: Bool = true
    ) throws(LineageError) {
        try core.checkLateEdge(child: child, parent: parent, explainsCycle: explainsCycle)
    }

    /// Adds a credit between two existing works, in either order of their numbers.
    ///
    /// A link flagged `retracted` is kept on record, is not followed and cannot close a cycle, so that stored edges can be
    /// read back in any order.
    ///
    /// - Parameter explainsCycle: whether a `cycle` error carries a shortest path, which takes a search, or only both ends.
    /// - Throws: ``LineageError``: unknown node, self edge, duplicate (also of a retracted edge), too many parents, weight
    ///   out of range, or `cycle` with the path that the edge would close. Nothing is changed then.
    /// - Complexity: the is-ancestor question, then the nodes between the two ranks (Pearce & Kelly, "A Dynamic Topological
    ///   Sort Algorithm for Directed Acyclic Graphs", JEA 2006), then the descendants whose labels change.
    public func addLateEdge(
        child: UInt32, link: ParentLink, explainsCycle: Bool = true
    ) throws(LineageError) {
        try core.addLateEdge(child: child, link: link, explainsCycle: explainsCycle)
    }

    /// Retracts an edge: it stays on record, and no operation follows it from now on.
    ///
    /// Retracting twice changes nothing.
    ///
    /// - Throws: ``LineageError/unknownNode(_:)``, ``LineageError/unknownEdge(child:parent:)``.
    public func retractEdge(child: UInt32, parent: UInt32) throws(LineageError) {
        let flags = try core.existingLink(child: child, parent: parent).flags
        try setEdgeFlags(flags.union(.retracted), child: child, parent: parent)
    }

    /// Replaces the flags of an edge. Clearing `retracted` reinstates the edge, unless that would close a cycle.
    ///
    /// - Throws: ``LineageError``: unknown node or edge, or `cycle`. Nothing is changed then.
    public func setEdgeFlags(_ flags: EdgeFlags, child: UInt32, parent: UInt32) throws(LineageError) {
        try core.setEdgeFlags(flags, child: child, parent: parent)
    }

    /// Checks whether ``setEdgeFlags(_:child:parent:)`` would bring a retracted edge back, without changing anything.
    ///
    /// - Throws: ``LineageError``: unknown node or edge, `duplicateEdge` for an edge that is not retracted, or `cycle` with
    ///   the path that the edge would close.
    /// - Complexity: as ``LineageSnapshot/isAncestor(_:of:)``.
    public func checkRevival(child: UInt32, parent: UInt32) throws(LineageError) {
        try core.checkRevival(child: child, parent: parent)
    }

    /// Sets what became of a work. Its node and edges stay.
    ///
    /// - Precondition: the node exists.
    public func setState(_ state: NodeState, of node: UInt32) {
        core.setState(state, of: node)
    }
}
