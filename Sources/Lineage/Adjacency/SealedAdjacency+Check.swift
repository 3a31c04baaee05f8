/// Checks of lists that come from outside: nothing may be read beyond them afterwards, whatever they hold.
extension SealedAdjacency {
    /// Sum of ``LineageImage/edgeHash(child:parent:)`` over all edges.
    func digest() -> UInt64 {
        var sum: UInt64 = 0
        for node in 0..<UInt32(nodeCount) {
            var (bytes, end) = SealedLists.range(parents.directory, parents.bytes, node)
            while bytes < end {
                sum &+= LineageImage.edgeHash(
                    child: node, parent: EdgeCoding.read(&bytes, child: node, createdAt: 0).parent)
            }
        }
        return sum
    }

    /// - Throws: `damaged` unless every list lies in its bytes, names nodes that exist, holds no more parents than allowed,
    ///   and both directions and the digest agree.
    /// - Complexity: O(nodes + edges).
    func check(digest: UInt64) throws(LineageError) {
        try parents.checkDirectory()
        try children.checkDirectory()
        var edges = 0
        var retracted = 0
        var sum: UInt64 = 0
        var followed: UInt64 = 0
        for node in 0..<UInt32(nodeCount) {
            var (bytes, end) = SealedLists.range(parents.directory, parents.bytes, node)
            var count = 0
            while bytes < end {
                let isRetracted = bytes[0] & EdgeCoding.isRetracted != 0
                let link = EdgeCoding.read(&bytes, child: node, createdAt: 0)
                // The header repeats the flag for walks, which read nothing else.
                guard bytes <= end, link.flags.contains(.retracted) == isRetracted, link.parent < nodeCount,
                    link.parent != node, link.weight > 0, link.weight <= 1
                else { throw .damaged("the parents of work #\(node) cannot be read") }
                count += 1
                let hash = LineageImage.edgeHash(child: node, parent: link.parent)
                sum &+= hash
                if link.flags.contains(.retracted) { retracted += 1 } else { followed &+= hash }
            }
            if count > LineageGraph.parentsMax { throw .damaged("work #\(node) has \(count) parents") }
            edges += count
        }
        for node in 0..<UInt32(nodeCount) {
            followed &-= try childrenHash(of: node)
        }
        guard edges == edgeCount, retracted == retractedCount, sum == digest, followed == 0 else {
            throw .damaged("the image's edges are not those that its header sums up")
        }
    }

    private func childrenHash(of node: UInt32) throws(LineageError) -> UInt64 {
        var (bytes, end) = SealedLists.range(children.directory, children.bytes, node)
        if bytes >= end { return 0 }
        var child = Int64(node) &+ EdgeCoding.unzigzag(EdgeCoding.readVarint(&bytes))
        var sum: UInt64 = 0
        while true {
            guard bytes <= end, child >= 0, child < nodeCount else {
                throw .damaged("the children of work #\(node) cannot be read")
            }
            sum &+= LineageImage.edgeHash(child: UInt32(child), parent: node)
            if bytes == end { return sum }
            child = child &+ Int64(truncatingIfNeeded: EdgeCoding.readVarint(&bytes))
        }
    }
}

extension SealedLists {
    /// - Throws: `damaged` unless the lists lie one behind the other and within the data.
    fileprivate func checkDirectory() throws(LineageError) {
        var last = 0
        for block in 0..<(listCount + Self.blockCount - 1) / Self.blockCount {
            let entry = directory + block * Self.directoryBytes
            let base = entry.load(as: UInt32.self)
            let start = Int(base & ~Self.isWide)
            let end = Int((entry + Self.directoryBytes).load(as: UInt32.self) & ~Self.isWide)
            let tableBytes = base & Self.isWide == 0 ? 0 : Self.blockCount * 4
            guard start == last, start + tableBytes <= end, end <= dataCount else {
                throw .damaged("block \(block) of a directory lies outside of its data")
            }
            last = end
            for slot in 0..<UInt32(Self.blockCount) {
                let (low, high) = Self.range(directory, bytes, UInt32(block * Self.blockCount) + slot)
                guard low >= bytes + start + tableBytes, low <= high, high <= bytes + end else {
                    throw .damaged("list \(slot) in block \(block) of a directory lies outside of its data")
                }
            }
        }
        let position = Int((directory + (listCount + 15) / 16 * Self.directoryBytes).load(as: UInt32.self))
        guard position == last, last == dataCount else { throw .damaged("a directory does not cover its data") }
    }
}
