/// An edge that is not sealed yet: 32 bytes in the append-only log of the tail.
///
/// The parents a node is born with lie next to each other. All edges into the tail's children lists are chained by
/// parent, late credits also by child. Chains grow at the head, so positions fall along a chain, and a reader skips
/// what its snapshot does not cover. Entries never change; later changes of flags live in the overlay.
struct LogEntry: BitwiseCopyable {
    var parent: UInt32
    var child: UInt32
    /// Next entry with the same parent, as position + 1; 0 ends the chain.
    var nextChild: UInt32
    /// Next late entry with the same child, as position + 1; 0 ends the chain.
    var nextLate: UInt32
    var at: Int64
    var weight: Float
    var kind: UInt8
    var flags: UInt8

    init(child: UInt32, link: ParentLink) {
        parent = link.parent
        self.child = child
        nextChild = 0
        nextLate = 0
        at = link.at
        weight = link.weight
        kind = link.kind.rawValue
        flags = link.flags.rawValue
    }

    var link: ParentLink {
        ParentLink(
            parent: parent, kind: EdgeKind(rawValue: kind), weight: weight, flags: EdgeFlags(rawValue: flags), at: at)
    }
}

/// Where a tail node's birth parents lie in the log.
struct TailNode: BitwiseCopyable {
    var firstEntry: UInt32
    var count: UInt32
}
