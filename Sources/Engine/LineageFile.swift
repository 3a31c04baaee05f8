import Lineage
import Storage

/// The sealed edges of a namespace's lineage in a file, and how a graph is made again from them and the truth.
///
/// The file is derived: it spares the sealing of edges that were sealed before, and its pages are shared with the system's
/// cache. It is used when the first edges on record, by arrival, are those that it holds; all that came later, and every
/// flag, is taken from the rows. Otherwise the graph is made from the rows alone.
enum LineageFile {
    static func name(namespace: Int64) -> String { "lineage-\(namespace).edges" }

    /// The columns of nodes, in the order of their ordinals.
    struct Nodes {
        private(set) var creators: [UInt32] = []
        private(set) var createdAt: [Int64] = []

        var count: Int { creators.count }

        mutating func append(creator: UInt32, createdAt: Int64) {
            creators.append(creator)
            self.createdAt.append(createdAt)
        }
    }

    /// Fills an empty graph.
    ///
    /// - Parameters:
    ///   - rows: all edges on record, in the order of arrival.
    ///   - sequence: of the namespace. A file of a later one saw writes that were lost in a crash.
    /// - Returns: the sequence that the file covers; 0 when it was not used.
    /// - Throws: `LineageError` when the rows do not make a lineage.
    static func rebuild(
        _ lineage: LineageGraph, _ nodes: Nodes, _ rows: [StoredEdge], sequence: UInt64, image: LineageImage?
    ) throws -> UInt64 {
        var sealed = 0
        var sealedNodes = 0
        if let image, image.sequence <= sequence, fits(image, nodes, rows), load(image, nodes, into: lineage) {
            sealed = image.edgeCount
            sealedNodes = image.nodeCount
        }
        // Changed flags first where they take an edge away and last where they bring one back, so that no edges are followed
        // together that never were.
        let changed = rows.prefix(sealed).filter { $0.seq > image?.sequence ?? 0 }
        for row in changed where row.link.flags.contains(.retracted) { try setFlags(row, in: lineage) }
        try append(
            nodes, from: sealedNodes, births: rows[sealed...].filter { !$0.link.flags.contains(.late) }, to: lineage)
        for row in rows[sealed...] where row.link.flags.contains(.late) {
            // Retracted credits carry their flag: none can close a cycle with one that came after it.
            try lineage.addLateEdge(child: row.child, link: row.link)
        }
        for row in changed where !row.link.flags.contains(.retracted) { try setFlags(row, in: lineage) }
        return sealed > 0 ? image?.sequence ?? 0 : 0
    }

    private static func fits(_ image: LineageImage, _ nodes: Nodes, _ rows: [StoredEdge]) -> Bool {
        guard image.nodeCount <= nodes.count, image.edgeCount <= rows.count else { return false }
        let digest = rows.prefix(image.edgeCount).reduce(UInt64(0)) {
            $0 &+ LineageImage.edgeHash(child: $1.child, parent: $1.parent)
        }
        return digest == image.digest
    }

    private static func load(_ image: LineageImage, _ nodes: Nodes, into lineage: LineageGraph) -> Bool {
        do {
            try lineage.load(
                image, createdAt: Array(nodes.createdAt.prefix(image.nodeCount)),
                creators: Array(nodes.creators.prefix(image.nodeCount)))
            return true
        } catch {
            // Nothing was taken: the rows have it all.
            return false
        }
    }

    private static func setFlags(_ row: StoredEdge, in lineage: LineageGraph) throws {
        try lineage.setEdgeFlags(row.link.flags, child: row.child, parent: row.parent)
    }

    private static func append(
        _ nodes: Nodes, from first: Int, births: [StoredEdge], to lineage: LineageGraph
    ) throws {
        var position = 0
        for node in first..<nodes.count {
            var links: [ParentLink] = []
            while position < births.count, births[position].child == node {
                links.append(births[position].link)
                position += 1
            }
            try lineage.appendNode(parents: links, creator: nodes.creators[node], createdAt: nodes.createdAt[node])
        }
    }
}
