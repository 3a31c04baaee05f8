/// How personalized PageRank wanders through the lineage.
public struct PageRankOptions: Sendable {
    /// Probability of going back to the seeds at each step, in (0, 1].
    public var restart: Double
    /// Mass per neighbor below which a node's residue is not pushed on.
    public var epsilon: Double
    /// Weight of each step up to a parent. A step down to one of `d` children weighs `1 / sqrt(d)`.
    public var upWeight: Double

    public init(restart: Double = 0.3, epsilon: Double = 1e-4, upWeight: Double = 1) {
        self.restart = restart
        self.epsilon = epsilon
        self.upWeight = upWeight
    }
}

/// A work and its personalized PageRank mass.
public struct WalkMass: Sendable, Equatable {
    public var node: UInt32
    public var mass: Double

    public init(node: UInt32, mass: Double) {
        self.node = node
        self.mass = mass
    }
}

extension LineageSnapshot {
    /// Works near the seeds by personalized PageRank over parents and children, by forward push (Andersen, Chung, Lang:
    /// "Local Graph Partitioning using PageRank Vectors", FOCS 2006).
    ///
    /// States: mass passes through and stays on works in every state; retracted edges are not followed.
    ///
    /// - Parameters:
    ///   - seeds: works with positive weights, which are scaled to sum to 1.
    ///   - limit: most works in the answer.
    /// - Returns: works with mass, most first, then by node; seeds included.
    /// - Complexity: O(1 / (restart · epsilon)) pushes along edges, whatever the graph.
    public func personalizedPageRank(
        seeds: [(node: UInt32, weight: Double)], options: PageRankOptions = PageRankOptions(), limit: Int = .max
    ) -> [WalkMass] {
        precondition(
            options.restart > 0 && options.restart <= 1 && options.epsilon > 0, "PageRank options out of range")
        for seed in seeds { check(seed.node) }
        let total = seeds.reduce(0) { $0 + $1.weight }
        guard total > 0 else { return [] }
        return withScratch { scratch in
            var push = ForwardPush(view: view, options: options, scratch: scratch)
            for seed in seeds { push.add(seed.weight / total, to: seed.node) }
            push.run()
            return Array(push.masses().prefix(limit))
        }
    }
}

private struct ForwardPush {
    private struct Entry {
        var node: UInt32
        var parentCount: UInt32
        var childCount: UInt32
        var isWaiting: Bool
        var residue: Double
        var mass: Double
    }

    private let view: GraphView
    private let options: PageRankOptions
    private let scratch: Scratch
    /// Marks hold `base` + position in `entries`.
    private let base: UInt32
    private var entries: [Entry] = []
    private var waiting: [Int] = []
    private var children: [UInt32] = []

    init(view: GraphView, options: PageRankOptions, scratch: Scratch) {
        self.view = view
        self.options = options
        self.scratch = scratch
        base = scratch.openMarks()
    }

    mutating func add(_ amount: Double, to node: UInt32) {
        let mark = scratch.marks[Int(node)]
        let index: Int
        if mark >= base {
            index = Int(mark - base)
        } else {
            index = entries.count
            scratch.marks[Int(node)] = base + UInt32(index)
            var entry = Entry(
                node: node, parentCount: 0, childCount: 0, isWaiting: false, residue: 0, mass: 0)
            view.forEachParent(of: node) { _ in
                entry.parentCount += 1
                return true
            }
            view.forEachChild(of: node) { _ in
                entry.childCount += 1
                return true
            }
            entries.append(entry)
        }
        entries[index].residue += amount
        let degree = Double(max(1, entries[index].parentCount + entries[index].childCount))
        if !entries[index].isWaiting, entries[index].residue >= options.epsilon * degree {
            entries[index].isWaiting = true
            waiting.append(index)
        }
    }

    mutating func run() {
        var head = 0
        while head < waiting.count {
            push(waiting[head])
            head += 1
        }
        scratch.closeMarks(after: base + UInt32(entries.count))
    }

    private mutating func push(_ index: Int) {
        let entry = entries[index]
        entries[index].isWaiting = false
        entries[index].residue = 0
        let downWeight = entry.childCount > 0 ? 1 / Double(entry.childCount).squareRoot() : 0
        let total = Double(entry.parentCount) * options.upWeight + Double(entry.childCount) * downWeight
        if total == 0 {
            entries[index].mass += entry.residue
            return
        }
        entries[index].mass += options.restart * entry.residue
        let rest = (1 - options.restart) * entry.residue / total
        if rest == 0 { return }
        view.forEachParent(of: entry.node) { parent in
            add(rest * options.upWeight, to: parent)
            return true
        }
        children.removeAll(keepingCapacity: true)
        view.forEachChild(of: entry.node) { child in
            children.append(child)
            return true
        }
        // One order, sealed or not: what is left below epsilon depends on it.
        if view.hasTailEdges { children.sort() }
        for child in children { add(rest * downWeight, to: child) }
    }

    func masses() -> [WalkMass] {
        entries.lazy.filter { $0.mass > 0 }.map { WalkMass(node: $0.node, mass: $0.mass) }
            .sorted { ($1.mass, $0.node) < ($0.mass, $1.node) }
    }
}
