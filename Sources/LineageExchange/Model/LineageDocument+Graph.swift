public import Lineage

/// Credits that lead in a circle: each work is credited by the next one, and the last one by the first.
public struct LineageCircle: Error, Sendable, Equatable, CustomStringConvertible {
    public var ids: [String]

    public var description: String {
        "the credits lead in a circle: " + (ids + ids.prefix(1)).map(\.excerpt).joined(separator: " -> ")
    }
}

extension LineageDocument {
    /// The document as a graph, with the id of each node.
    ///
    /// Nodes are numbered parents first, otherwise in the order of the works; works that only credits name follow those.
    /// Creators are numbered from 1 in order of appearance, 0 stands for unknown. Unknown times are 0.
    ///
    /// - Throws: ``LineageCircle``; `LineageError` for a document that no reader checked, such as one with a duplicate.
    /// - Complexity: O(works + credits).
    public func graph() throws -> (graph: LineageGraph, ids: [String]) {
        let index = CreditIndex(self)
        let order = try index.parentsFirst()
        var nodes = [UInt32](repeating: 0, count: order.count)
        for (node, position) in order.enumerated() { nodes[position] = UInt32(node) }
        let graph = LineageGraph()
        var creators: [String: UInt32] = [:]
        var waiting: [(child: UInt32, link: ParentLink)] = []
        for position in order {
            let work = position < works.count ? works[position] : Work(id: index.ids[position])
            var creator: UInt32 = 0
            if let name = work.creator {
                creator = creators[name] ?? UInt32(creators.count + 1)
                creators[name] = creator
            }
            var parents: [ParentLink] = []
            for number in index.creditsOfChild[position] {
                let credit = credits[number]
                let link = ParentLink(
                    parent: nodes[index.parents[number]], kind: credit.kind, weight: credit.weight,
                    flags: credit.flags, at: credit.at ?? 0)
                // A retracted credit is not followed, so that it may point to a work that comes later.
                if link.parent < nodes[position] {
                    parents.append(link)
                } else {
                    waiting.append((nodes[position], link))
                }
            }
            try graph.appendNode(
                parents: parents, creator: creator, createdAt: work.createdAt ?? 0, state: work.state ?? .live)
        }
        for (child, link) in waiting { try graph.addLateEdge(child: child, link: link) }
        graph.publish()
        return (graph, order.map { index.ids[$0] })
    }

    /// Refuses credits that lead in a circle. Retracted credits are not followed.
    ///
    /// - Throws: ``LineageCircle``.
    /// - Complexity: O(works + credits).
    public func checkNoCircle() throws { _ = try CreditIndex(self).parentsFirst() }
}

/// The credits of a document by positions instead of ids.
private struct CreditIndex {
    /// Ids of the works, then of those that only credits name.
    private(set) var ids: [String]
    /// Position of each credit's parent.
    private(set) var parents: [Int] = []
    /// Numbers of the credits of each work.
    private(set) var creditsOfChild: [[Int]] = []
    private let isFollowed: [Bool]

    init(_ document: LineageDocument) {
        ids = document.works.map(\.id)
        isFollowed = document.credits.map { !$0.flags.contains(.retracted) }
        var positions: [String: Int] = [:]
        for (position, id) in ids.enumerated() { positions[id] = position }
        creditsOfChild = Array(repeating: [], count: ids.count)
        for (number, credit) in document.credits.enumerated() {
            for id in [credit.parent, credit.child] where positions[id] == nil {
                positions[id] = ids.count
                ids.append(id)
                creditsOfChild.append([])
            }
            parents.append(positions[credit.parent] ?? 0)
            creditsOfChild[positions[credit.child] ?? 0].append(number)
        }
    }

    /// All positions, each behind its parents, with a stack of its own: chains can be deeper than the thread's.
    func parentsFirst() throws(LineageCircle) -> [Int] {
        enum Visit { case new, open, done }
        var visits = [Visit](repeating: .new, count: ids.count)
        var order: [Int] = []
        order.reserveCapacity(ids.count)
        for start in ids.indices where visits[start] == .new {
            var stack = [(position: start, next: 0)]
            visits[start] = .open
            while let top = stack.last {
                let credits = creditsOfChild[top.position]
                guard top.next < credits.count else {
                    visits[top.position] = .done
                    order.append(top.position)
                    stack.removeLast()
                    continue
                }
                stack[stack.count - 1].next += 1
                let number = credits[top.next]
                guard isFollowed[number] else { continue }
                let parent = parents[number]
                switch visits[parent] {
                case .done: break
                case .new:
                    visits[parent] = .open
                    stack.append((parent, 0))
                case .open:
                    let begin = stack.firstIndex { $0.position == parent } ?? 0
                    throw LineageCircle(ids: stack[begin...].reversed().map { ids[$0.position] })
                }
            }
        }
        return order
    }
}
