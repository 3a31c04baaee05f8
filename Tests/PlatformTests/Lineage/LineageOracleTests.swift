import Engine
import Platform
import TestSupport
import Testing

/// Every lineage answer beside a plain breadth-first search over the credits that were given.
struct LineageOracleTests {
    @Test("answers equal a plain search: after creation, late credits and retractions, and after a restart")
    func answers() async throws {
        let seed = testSeed()
        var random = SeededGenerator(seed: seed)
        let fixture = PlatformFixture()
        let platform = try await fixture.open()
        var world = try await LineageWorld(platform, count: 90, &random)
        try check(world, platform, &random, "seed \(seed) after creation")

        var credited = 0
        var refused = 0
        while credited < 40 {
            let child = "w\(Int.random(in: 0..<90, using: &random))"
            let parent = "w\(Int.random(in: 0..<90, using: &random))"
            guard child != parent else { continue }
            let error = await engineError {
                _ = try await platform.lineage.addEdge(LateEdge(child: child, parent: parent, weight: 0.5))
            }
            if world.parents(child).contains(parent) {
                #expect(error?.code == .alreadyExists, "seed \(seed) \(child) \(parent)")
            } else if world.ancestors(parent).contains(child) {
                #expect(error?.code == .cycle, "seed \(seed) \(child) \(parent)")
                try expectCycle(error, child: child, parent: parent, world, "seed \(seed)")
                refused += 1
            } else {
                #expect(error == nil, "seed \(seed) \(child) \(parent)")
                world.credit(child, parent)
                credited += 1
            }
        }
        #expect(refused > 0, "seed \(seed)")
        try check(world, platform, &random, "seed \(seed) after late credits")

        for _ in 0..<40 {
            let child = try #require(world.works.filter { !$0.parents.isEmpty }.randomElement(using: &random))
            let parent = try #require(child.parents.randomElement(using: &random))
            let link = try await platform.lineage.retractEdge(child: child.id, parent: parent, reason: "test").value
            #expect(link.flags.contains("retracted"))
            world.retract(child.id, parent)
        }
        try check(world, platform, &random, "seed \(seed) after retractions")

        await platform.close()
        let reopened = try await fixture.open()
        try check(world, reopened, &random, "seed \(seed) after a restart")
    }

    /// The ids of a cycle error form a cycle once the refused credit is there.
    private func expectCycle(
        _ error: EngineError?, child: String, parent: String, _ world: LineageWorld, _ note: String
    ) throws {
        let cycle = try #require(error?.details["cycle"], "\(note)")
        var ring = cycle
        if ring.count > 1, ring.first == ring.last { ring.removeLast() }
        #expect(ring.count >= 2, "\(note)")
        #expect(Set(ring).count == ring.count, "\(note) \(cycle)")
        func credits(_ a: String, _ b: String) -> Bool { world.parents(a).contains(b) || (a == child && b == parent) }
        let next = ring.dropFirst() + ring.prefix(1)
        let up = zip(ring, next).allSatisfy { credits($0, $1) }
        let down = zip(ring, next).allSatisfy { credits($1, $0) }
        #expect(up || down, "\(note) \(cycle)")
        #expect(ring.contains(child) && ring.contains(parent), "\(note) \(cycle)")
    }

    private func check(
        _ world: LineageWorld, _ platform: ArcaneaPlatform, _ random: inout SeededGenerator, _ note: String
    ) throws {
        let lineage = platform.lineage
        for work in world.works {
            let note = "\(note) \(work.id)"
            #expect(Set(try platform.essences.get(work.id).remixFrom.map(\.essenceId)) == Set(work.parents), "\(note)")
            for direction in LineageDirection.allCases {
                for depth in [1, 3, 1_000] {
                    let answer = try lineage.lineage(
                        work.id, LineageQuery(direction: direction, depth: depth, limit: 10_000))
                    let expected = world.depths(work.id, direction, limit: depth)
                    let found = answer.items.map { ($0.id, $0.depth ?? -1) }
                    #expect(Dictionary(found, uniquingKeysWith: { $1 }) == expected, "\(note) \(direction) \(depth)")
                    #expect(answer.items.count == expected.count, "\(note) \(direction) \(depth)")
                    #expect(
                        answer.items.map { $0.depth ?? 0 } == answer.items.map { $0.depth ?? 0 }.sorted(), "\(note)")
                    let isCut = expected.count < world.depths(work.id, direction).count
                    #expect(answer.truncated == isCut, "\(note) \(direction) \(depth)")
                    for edge in answer.edges { #expect(world.parents(edge.child).contains(edge.parent), "\(note)") }
                    for item in answer.items {
                        let via = try #require(item.via)
                        let isLink =
                            direction == .ancestors
                            ? world.parents(via).contains(item.id) : world.parents(item.id).contains(via)
                        #expect(isLink, "\(note) \(direction) \(item.id) via \(via)")
                        #expect((via == work.id ? 0 : expected[via] ?? -9) + 1 == item.depth, "\(note)")
                    }
                }
            }
            #expect(Set(try lineage.roots(work.id).items.map(\.id)) == world.roots(work.id), "\(note)")
            try checkSiblings(work, world, platform, note)
            try checkAttribution(work, world, platform, note)
        }
        var pairs: [(ancestor: String, descendant: String)] = []
        for _ in 0..<150 {
            let a = "w\(Int.random(in: 0..<world.works.count, using: &random))"
            let b = "w\(Int.random(in: 0..<world.works.count, using: &random))"
            pairs.append((a, b))
            try checkPair(a, b, world, platform, note)
        }
        let answers = try lineage.isAncestor(pairs).items
        #expect(answers.count == pairs.count)
        for (answer, pair) in zip(answers, pairs) {
            #expect(answer.ancestor == pair.ancestor && answer.descendant == pair.descendant)
            let expected = world.ancestors(pair.descendant).contains(pair.ancestor)
            #expect(answer.isAncestor == expected, "\(note) \(pair)")
        }
        try checkTop(world, platform, note)
    }

    private func checkSiblings(
        _ work: LineageWorld.Work, _ world: LineageWorld, _ platform: ArcaneaPlatform, _ note: String
    ) throws {
        let siblings = try platform.lineage.siblings(work.id, limit: 10_000).items
        var shared: [String: Set<String>] = [:]
        for parent in work.parents {
            for child in world.children(parent) where child != work.id { shared[child, default: []].insert(parent) }
        }
        let found = siblings.map { ($0.id, Set($0.shared ?? [])) }
        #expect(Dictionary(found, uniquingKeysWith: { $1 }) == shared, "\(note)")
        #expect(siblings.count == shared.count, "\(note)")
    }

    private func checkAttribution(
        _ work: LineageWorld.Work, _ world: LineageWorld, _ platform: ArcaneaPlatform, _ note: String
    ) throws {
        for group in AttributionGroup.allCases {
            let items = try platform.lineage.attribution(work.id, by: group).items
            #expect(items.reduce(0) { $0 + $1.ppm } == 1_000_000, "\(note) \(group)")
            #expect(items.allSatisfy { $0.ppm >= 0 }, "\(note) \(group)")
            #expect(Set(items.map(\.id)).count == items.count, "\(note) \(group)")
            for item in items { #expect(abs(Double(item.ppm) / 1e6 - item.share) <= 1.01e-6, "\(note) \(group)") }
        }
        let family = world.ancestors(work.id).union([work.id])
        let works = try platform.lineage.attribution(work.id, by: .work).items
        #expect(Set(works.map(\.id)).isSubset(of: family), "\(note)")
        let realms = Set(world.works.filter { family.contains($0.id) }.map(\.realm))
        #expect(Set(try platform.lineage.attribution(work.id, by: .creator).items.map(\.id)).isSubset(of: realms))
        let roots = try platform.lineage.attribution(work.id, by: .root).items
        #expect(Set(roots.map(\.id)).isSubset(of: world.roots(work.id)), "\(note)")
    }

    private func checkPair(
        _ a: String, _ b: String, _ world: LineageWorld, _ platform: ArcaneaPlatform, _ note: String
    ) throws {
        let note = "\(note) \(a) \(b)"
        #expect(Set(try platform.lineage.common(a, b).items.map(\.id)) == world.lowestCommon(a, b), "\(note)")
        let path = try platform.lineage.path(from: a, to: b)
        let length = a == b ? 0 : world.depths(a, .ancestors)[b] ?? world.depths(b, .ancestors)[a]
        #expect(path.length == length, "\(note)")
        guard length != nil else {
            #expect(path.items.isEmpty && path.edges.isEmpty, "\(note)")
            return
        }
        let ids = path.items.map(\.id)
        #expect(ids.first == a && ids.last == b, "\(note) \(ids)")
        #expect(path.edges.count == ids.count - 1, "\(note)")
        for ((from, to), edge) in zip(zip(ids, ids.dropFirst()), path.edges) {
            #expect(Set([edge.child, edge.parent]) == [from, to], "\(note)")
            #expect(world.parents(edge.child).contains(edge.parent), "\(note)")
        }
    }

    private func checkTop(_ world: LineageWorld, _ platform: ArcaneaPlatform, _ note: String) throws {
        var descendants: [String: Int] = [:]
        var creators: [String: Int] = [:]
        for work in world.works {
            let below = Set(world.depths(work.id, .descendants).keys)
            if below.isEmpty { continue }
            descendants[work.id] = below.count
            creators[work.id] = Set(world.works.filter { below.contains($0.id) }.map(\.realm)).count
        }
        for (order, counts) in [(TopOrder.descendants, descendants), (.creators, creators)] {
            let items = try platform.lineage.top(by: order, windowDays: nil, limit: 25).items
            #expect(items.map { Int($0.score) } == Array(counts.values.sorted(by: >).prefix(25)), "\(note) \(order)")
            for item in items { #expect(counts[item.id] == Int(item.score), "\(note) \(order) \(item.id)") }
        }
    }
}
