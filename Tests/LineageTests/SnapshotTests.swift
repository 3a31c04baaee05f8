import Foundation
import Lineage
import Synchronization
import TestSupport
import Testing

struct SnapshotTests {
    /// Everything that a snapshot answers, in a form that can be compared.
    private func picture(_ snapshot: LineageSnapshot) -> [[UInt32]] {
        return (0..<UInt32(snapshot.nodeCount)).map { node in
            // Some of all pairs, other ones for each node.
            let others = stride(from: node % 4, to: UInt32(snapshot.nodeCount), by: 4)
            return snapshot.allLinks(of: node).map { $0.parent << 4 | UInt32($0.flags.rawValue) }
                + snapshot.children(of: node) + [UInt32(snapshot.state(of: node).rawValue)] + snapshot.roots(of: node)
                + others.filter { snapshot.isAncestor($0, of: node) }
        }
    }

    @Test("a snapshot never changes, whatever the writer does", arguments: 0..<4)
    func isolation(round: Int) throws {
        let seed = testSeed() &+ UInt64(round)
        var lineage = RandomLineage(seed: seed)
        lineage.mayReopen = false
        var kept: [(snapshot: LineageSnapshot, picture: [[UInt32]])] = []
        for _ in 0..<12 {
            for _ in 0..<40 { try lineage.step() }
            lineage.graph.publish()
            let snapshot = lineage.graph.snapshot
            kept.append((snapshot, picture(snapshot)))
        }
        for (index, entry) in kept.enumerated() {
            let isSame = picture(entry.snapshot) == entry.picture
            #expect(isSame, "snapshot \(index), seed \(seed)")
        }
        #expect(zip(kept, kept.dropFirst()).allSatisfy { $0.snapshot.version < $1.snapshot.version })
    }

    /// Labels grow where readers see them. An edge that a reader still has may have been turned round since: then no order
    /// of growing suits both.
    @Test("an edge turned round leaves its readers their answers", arguments: LineageLabels.allCases)
    func turnedRound(labels: LineageLabels) throws {
        let graph = LineageGraph(labels: labels, sealsAutomatically: false)
        let parents: [[UInt32]] = [[], [], [], [1], [2], [1, 4], [3]]
        for (node, parents) in parents.enumerated() {
            try graph.appendNode(
                parents: parents.map { ParentLink(parent: $0) }, creator: 0, createdAt: Int64(node))
        }
        var kept: [(snapshot: LineageSnapshot, picture: [[UInt32]])] = []
        func keep() throws {
            graph.publish()
            kept.append((graph.snapshot, picture(graph.snapshot)))
            try graph.checkInvariants()
            for entry in kept { #expect(picture(entry.snapshot) == entry.picture, "labels \(labels)") }
        }
        try keep()
        try graph.retractEdge(child: 3, parent: 1)
        try keep()
        try graph.addLateEdge(child: 1, link: ParentLink(parent: 3, flags: [.late]))
        try keep()
        // Both now lack what 0 has to hand down.
        try graph.addLateEdge(child: 1, link: ParentLink(parent: 0, flags: [.late]))
        try keep()
        try graph.addLateEdge(child: 3, link: ParentLink(parent: 2, flags: [.late]))
        try keep()
        let last = graph.snapshot
        #expect(last.isAncestor(2, of: 5) && last.isAncestor(3, of: 5) && !last.isAncestor(1, of: 3))
        #expect(last.isAncestor(0, of: 1) && !last.isAncestor(0, of: 3))
        #expect(kept[0].snapshot.isAncestor(1, of: 6) && !kept[0].snapshot.isAncestor(0, of: 1))
        #expect(!last.isAncestor(1, of: 6))
    }

    @Test("nothing is visible before it is published")
    func publishing() throws {
        let graph = LineageGraph()
        #expect(graph.snapshot.nodeCount == 0 && graph.snapshot.version == 0)
        try graph.appendNode(parents: [], creator: 0, createdAt: 0)
        #expect(graph.snapshot.nodeCount == 0)
        graph.publish()
        #expect(graph.snapshot.nodeCount == 1 && graph.snapshot.version == 1)
    }

    /// Readers check relations that hold in every published state, while the writer appends, credits, retracts, changes
    /// states and seals.
    @Test("readers beside a writer see whole states only", .timeLimit(.minutes(2)))
    func concurrency() async throws {
        let seed = testSeed()
        let graph = LineageGraph(sealsAutomatically: false)
        final class Progress: Sendable {
            let isDone = Atomic(false)
            let reads = Atomic(0)
        }
        let progress = Progress()
        struct Reader: Sendable {
            let graph: LineageGraph

            func check(_ random: inout SeededGenerator) -> String? {
                let snapshot = graph.snapshot
                guard snapshot.nodeCount > 1 else { return nil }
                let node = UInt32.random(in: 0..<UInt32(snapshot.nodeCount), using: &random)
                let ancestors = snapshot.ancestorNodes(of: node)
                if Set(ancestors).count != ancestors.count { return "a node twice among the ancestors of \(node)" }
                if let outside = ancestors.first(where: { $0 >= snapshot.nodeCount }) { return "\(outside) is outside" }
                for ancestor in ancestors.prefix(20) {
                    if !snapshot.isAncestor(ancestor, of: node) { return "\(ancestor) is an ancestor of \(node)" }
                    if snapshot.isAncestor(node, of: ancestor) { return "\(node) would be its own ancestor" }
                }
                let above = Set(ancestors)
                for _ in 0..<20 {
                    let other = UInt32.random(in: 0..<UInt32(snapshot.nodeCount), using: &random)
                    if snapshot.isAncestor(other, of: node) != above.contains(other) {
                        return "whether \(other) is an ancestor of \(node)"
                    }
                }
                for link in snapshot.parents(of: node) where !snapshot.children(of: link.parent).contains(node) {
                    return "\(link.parent) does not know its child \(node)"
                }
                for child in snapshot.children(of: node) {
                    guard let link = snapshot.link(child: child, parent: node), !link.flags.contains(.retracted) else {
                        return "\(child) does not know its parent \(node)"
                    }
                }
                let shares = snapshot.attribution(of: node).shares
                return shares.reduce(0) { $0 + $1.ppm } == 1_000_000 ? nil : "shares of \(node) do not sum up"
            }
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for reader in 0..<3 {
                group.addTask {
                    var random = SeededGenerator(seed: seed &+ UInt64(reader) &+ 1)
                    while !progress.isDone.load(ordering: .relaxed) {
                        if let problem = Reader(graph: graph).check(&random) {
                            Issue.record("\(problem), seed \(seed)")
                            return
                        }
                        progress.reads.add(1, ordering: .relaxed)
                        await Task.yield()
                    }
                }
            }
            group.addTask {
                defer { progress.isDone.store(true, ordering: .relaxed) }
                var random = SeededGenerator(seed: seed)
                var seals: [Task<LineageSeal, Never>] = []
                var adopted = 0
                for step in 0..<12_000 {
                    let count = UInt32(graph.nodeCount)
                    let parents =
                        count == 0 ? [] : Set((0..<2).map { _ in UInt32.random(in: 0..<count, using: &random) })
                    try graph.appendNode(
                        parents: parents.sorted().map { ParentLink(parent: $0) }, creator: count % 50,
                        createdAt: Int64(count))
                    let child = UInt32.random(in: 0...count, using: &random)
                    if step % 5 == 0 {
                        let parent = UInt32.random(in: 0...count, using: &random)
                        // Refusals are part of the game: self edges, duplicates, cycles.
                        try? graph.addLateEdge(child: child, link: ParentLink(parent: parent, flags: [.late]))
                    }
                    if step % 11 == 0,
                        let link = graph.snapshot.nodeCount > Int(child)
                            ? graph.snapshot.parents(of: child).first : nil
                    {
                        try graph.retractEdge(child: child, parent: link.parent)
                    }
                    if step % 7 == 0 { graph.setState(.hidden, of: child) }
                    if step % 3 == 0 { graph.publish() }
                    if step % 997 == 0 { graph.seal() }
                    if step % 401 == 0 {
                        let job = graph.makeSealJob()
                        seals.append(Task.detached { job.run() })
                    }
                    if step % 401 == 200, let seal = seals.popLast() {
                        if graph.adopt(await seal.value) { adopted += 1 }
                    }
                    if step % 64 == 0 { await Task.yield() }
                }
                graph.publish()
                #expect(adopted > 0, "seals were taken over that ran beside the writer, seed \(seed)")
                try graph.checkInvariants()
            }
            try await group.waitForAll()
        }
        #expect(graph.snapshot.nodeCount == 12_000, "seed \(seed)")
        #expect(progress.reads.load(ordering: .relaxed) > 0, "the readers ran beside the writer, seed \(seed)")
    }
}

/// What a graph answers does not depend on where its edges lie.
struct SealingTests {
    @Test("every answer is the same, to the last bit, before and after a seal", arguments: 0..<6)
    func answers(round: Int) throws {
        let seed = testSeed() &+ UInt64(round)
        var lineage = RandomLineage(seed: seed)
        for _ in 0..<250 { try lineage.step() }
        try lineage.append()
        func answers() -> [String] {
            lineage.graph.publish()
            let snapshot = lineage.graph.snapshot
            return (0..<UInt32(snapshot.nodeCount)).map { node in
                let shares = snapshot.attribution(of: node).shares
                let masses = snapshot.personalizedPageRank(seeds: [(node, 1)])
                let path = snapshot.roots(of: node).first.flatMap { snapshot.shortestPath(from: $0, to: node) }
                return "\(shares) \(masses) \(path ?? []) \(snapshot.allLinks(of: node)) \(snapshot.children(of: node))"
            }
        }
        let before = answers()
        lineage.graph.seal()
        let after = answers()
        for (one, other) in zip(before, after) { #expect(one == other, "seed \(seed)") }
    }
}
