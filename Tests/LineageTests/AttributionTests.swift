import Lineage
import TestSupport
import Testing

/// Attribution against sums over all paths, written out: mass is what arrives over each path from the asked work.
struct AttributionTests {
    /// Exact shares by enumerating every path up from a work, without sweeps, heaps or ranks.
    struct Slow {
        let oracle: LineageOracle
        let options: AttributionOptions
        var shares: [UInt32: Double] = [:]
        var held: [UInt32: Double] = [:]
        var hops: [UInt32: Int] = [:]

        init(_ oracle: LineageOracle, _ node: UInt32, _ options: AttributionOptions) {
            self.oracle = oracle
            self.options = options
            follow(node, mass: 1, isHeld: false, depth: 0)
        }

        private mutating func follow(_ node: UInt32, mass: Double, isHeld: Bool, depth: Int) {
            let parents = oracle.parents(node).map { link in
                (link, Double(link.weight) * (link.kind == .inspiredBy ? options.inspiredByFactor : 1))
            }
            let total = parents.reduce(0) { $0 + $1.1 }
            var keep = depth == 0 ? options.own : options.keep
            if options.group == .root { keep = 0 }
            if options.redacted == .pass, oracle.nodes[Int(node)].state == .redacted { keep = 0 }
            if total == 0 { keep = 1 }
            shares[node, default: 0] += mass * keep
            if isHeld { held[node, default: 0] += mass * keep }
            hops[node] = min(hops[node] ?? .max, depth)
            for (link, weight) in parents where mass * (1 - keep) * weight > 0 {
                follow(
                    link.parent, mass: mass * (1 - keep) * weight / total,
                    isHeld: isHeld || link.flags.contains(.disputed),
                    depth: depth + 1)
            }
        }
    }

    private func compare(_ snapshot: LineageSnapshot, _ oracle: LineageOracle, _ node: UInt32, _ seed: String) {
        for redacted in [AttributionOptions.RedactedPolicy.withhold, .pass] {
            for group in [AttributionOptions.Group.work, .creator, .root] {
                let options = AttributionOptions(epsilon: 0, group: group, redacted: redacted)
                let slow = Slow(oracle, node, options)
                let answer = snapshot.attribution(of: node, options: options)
                #expect(answer.shares.reduce(0) { $0 + $1.ppm } == 1_000_000, "\(node), \(seed)")
                #expect(answer.pruned == 0)
                var expected: [AttributionOwner: (share: Double, held: Double)] = [:]
                for (work, share) in slow.shares where share > 0 {
                    let owner: AttributionOwner =
                        oracle.nodes[Int(work)].state == .redacted
                        ? .withheld : group == .creator ? .creator(oracle.nodes[Int(work)].creator) : .work(work)
                    expected[owner, default: (0, 0)].share += share
                    expected[owner, default: (0, 0)].held += slow.held[work] ?? 0
                }
                #expect(Set(answer.shares.map(\.owner)) == Set(expected.keys), "\(node) \(group), \(seed)")
                for share in answer.shares {
                    let (slowShare, slowHeld) = expected[share.owner] ?? (-1, -1)
                    #expect(abs(share.share - slowShare) < 1e-12, "\(node) \(share), \(seed)")
                    #expect(abs(share.held - slowHeld) < 1e-12, "\(node) \(share), \(seed)")
                    #expect(abs(Double(share.ppm) - slowShare * 1e6) <= 1, "rounded by less than a part, \(seed)")
                    if case .work(let work) = share.owner { #expect(share.hops == slow.hops[work], "\(node), \(seed)") }
                }
                for (one, next) in zip(answer.shares, answer.shares.dropFirst()) {
                    #expect(
                        one.share > next.share || (one.share == next.share && one.oldest < next.oldest),
                        "\(node), \(seed)")
                }
            }
        }
    }

    @Test("random graphs of 7 to 12 works equal the sums over all paths", arguments: 0..<40)
    func random(round: Int) throws {
        let seed = testSeed() &+ UInt64(round)
        var lineage = RandomLineage(seed: seed)
        for _ in 0..<lineage.int(7...12) { try lineage.append(parentsMax: 3) }
        for _ in 0..<6 {
            lineage.credit()
            lineage.reflag()
            lineage.changeState()
        }
        if lineage.bool() { lineage.graph.seal() }
        lineage.graph.publish()
        for node in 0..<UInt32(lineage.oracle.nodes.count) {
            compare(lineage.graph.snapshot, lineage.oracle, node, "seed \(seed)")
        }
    }

    /// A graph that was opened again has other ranks than one that late credits went through; its answers are the same to
    /// the last digit.
    @Test("shares do not depend on the history of the ranks", arguments: 0..<20)
    func reopened(round: Int) throws {
        let seed = testSeed() &+ UInt64(round)
        var lineage = RandomLineage(seed: seed)
        for _ in 0..<120 { try lineage.append() }
        for _ in 0..<60 {
            lineage.credit()
            lineage.reflag()
        }
        lineage.graph.publish()
        func answers() -> [Attribution] {
            let snapshot = lineage.graph.snapshot
            return (0..<snapshot.nodeCount).flatMap { node in
                [AttributionOptions.Group.work, .creator, .root].flatMap { group in
                    [0, 1e-4].map {
                        snapshot.attribution(of: UInt32(node), options: AttributionOptions(epsilon: $0, group: group))
                    }
                }
            }
        }
        let before = answers()
        try lineage.reopen()
        lineage.graph.publish()
        for (one, other) in zip(before, answers()) {
            #expect(one.shares == other.shares, "seed \(seed)")
            #expect(one.pruned == other.pruned, "seed \(seed)")
        }
    }

    /// Every graph of up to five works in which parents are older: 2^(n(n-1)/2) of each size. The other operations are
    /// compared too, because so small a graph holds each of their edge cases.
    @Test("every ordered graph of up to five works")
    func exhaustive() throws {
        var graphs = 0
        for count in 0...5 {
            let pairs = (0..<count).flatMap { child in (0..<child).map { (child, $0) } }
            for bits in 0..<(1 << pairs.count) {
                let graph = LineageGraph()
                var oracle = LineageOracle()
                for node in 0..<count {
                    let links = pairs.indices.filter { pairs[$0].0 == node && bits >> $0 & 1 == 1 }
                        .map { ParentLink(parent: UInt32(pairs[$0].1)) }
                    try graph.appendNode(parents: links, creator: UInt32(node % 2), createdAt: 0)
                    oracle.nodes.append(.init(links: links, creator: UInt32(node % 2), createdAt: 0, state: .live))
                }
                if bits % 2 == 0 { graph.seal() }
                graph.publish()
                let snapshot = graph.snapshot
                for a in 0..<UInt32(count) {
                    if count <= 4 || bits % 8 == 0 { compare(snapshot, oracle, a, "bits \(bits) of \(count)") }
                    for b in 0..<UInt32(count) {
                        #expect(snapshot.isAncestor(a, of: b) == oracle.isAncestor(a, of: b), "\(a) \(b), bits \(bits)")
                        #expect(
                            snapshot.lowestCommonAncestors(a, b) == oracle.lowestCommonAncestors(a, b),
                            "\(a) \(b), bits \(bits)")
                    }
                }
                graphs += 1
            }
        }
        #expect(graphs == 1 + 1 + 2 + 8 + 64 + 1_024)
    }

    @Test("a root keeps all, and epsilon keeps the sum")
    func rootAndEpsilon() throws {
        let graph = LineageGraph()
        for node in 0..<40 as Range<UInt32> {
            try graph.appendNode(
                parents: node == 0 ? [] : [ParentLink(parent: node - 1)], creator: node, createdAt: Int64(node))
        }
        graph.publish()
        let root = graph.snapshot.attribution(of: 0)
        #expect(root.shares.map(\.ppm) == [1_000_000])
        let chain = graph.snapshot.attribution(of: 39)
        #expect(chain.shares.reduce(0) { $0 + $1.ppm } == 1_000_000)
        #expect(chain.shares.map(\.owner).prefix(3) == [.work(39), .work(38), .work(37)])
        #expect(chain.shares.map(\.ppm).prefix(3) == [500_000, 250_000, 125_000])
        #expect(chain.pruned > 0 && chain.pruned < 1e-4, "the rest of the chain is below epsilon")
        #expect(graph.snapshot.attribution(of: 39, options: .init(group: .root)).shares.map(\.owner) == [.work(0)])
    }

    @Test("equal remainders go to the older works")
    func ties() throws {
        let graph = LineageGraph()
        for _ in 0..<3 { try graph.appendNode(parents: [], creator: 0, createdAt: 0) }
        try graph.appendNode(parents: (0..<3).map { ParentLink(parent: $0) }, creator: 1, createdAt: 1)
        graph.publish()
        let shares = graph.snapshot.attribution(of: 3, options: .init(own: 0)).shares
        #expect(shares.map(\.owner) == [.work(0), .work(1), .work(2)])
        #expect(shares.map(\.ppm) == [333_334, 333_333, 333_333])
    }
}
