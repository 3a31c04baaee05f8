import Engine
import Lineage
import Ranking
import TestSupport
import Testing

@testable import Platform

/// The feed's own small structures against plain ones.
struct FeedPartsTests {
    @Test("a trending board holds the largest sums, in order")
    func board() {
        let seed = testSeed()
        var random = SeededGenerator(seed: seed)
        var board = TrendingBoard(capacity: 20)
        var sums: [UInt32: Double] = [:]
        for step in 0..<4_000 {
            let work = UInt32.random(in: 0..<200, using: &random)
            let old = sums[work] ?? -Double.infinity
            let new = max(old, 0) + Double(Int.random(in: 0...20, using: &random))
            if new > old { sums[work] = new }
            board.update(work, from: old, to: new)
            let expected = sums.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(20)
            #expect(board.entries.map(\.work) == expected.map(\.key), "step \(step), seed \(seed)")
            #expect(board.entries.map(\.log2Sum) == expected.map(\.value), "step \(step), seed \(seed)")
        }
    }

    @Test("what is usual equals the sorted computation, within a bin")
    func levels() {
        let seed = testSeed()
        var random = SeededGenerator(seed: seed)
        var levels = QualityLevels()
        var counters = [EngagementCounters](repeating: EngagementCounters(), count: 80)
        #expect(levels.baseline == FeedBaseline(counters: counters))
        for _ in 0..<2_000 {
            let work = Int.random(in: 0..<80, using: &random)
            let old = counters[work]
            let kind = EngagementKind.allCases[Int.random(in: 0..<7, using: &random)]
            counters[work][kind] += kind == .report ? 0.25 : 1
            levels.update(from: old, to: counters[work])
        }
        let exact = FeedBaseline(counters: counters)
        let kept = levels.baseline
        #expect(abs(kept.baseRate - exact.baseRate) < 1e-12, "seed \(seed)")
        // Interpolated between two works there, the lower of the two here.
        let bounds = counters.map { wilsonLowerBound(successes: $0.successes, trials: $0.trials, z: 1.28) }.sorted()
        let lower = bounds[Int(0.95 * Double(bounds.count - 1))]
        #expect(kept.qualityQuantile <= lower && lower - kept.qualityQuantile <= 1.0 / 4_096, "seed \(seed)")
    }

    @Test("seen works are remembered up to the bound, the oldest forgotten first")
    func seen() {
        var seen = SeenWorks(capacity: 10)
        for work in 0..<25 {
            seen.insert(UInt32(work))
            seen.insert(UInt32(work))
        }
        #expect(seen.count == 10)
        #expect((0..<25).filter { seen.contains(UInt32($0)) } == Array(15..<25))
    }

    @Test("a viewer's acts are kept by their times up to a bound; views are no acts, and seen works")
    func viewer() {
        let seed = testSeed()
        var random = SeededGenerator(seed: seed)
        var viewer = ViewerState()
        var all: [Interaction] = []
        for work in 0..<900 {
            let kind = EngagementKind.allCases[Int.random(in: 0..<7, using: &random)]
            let at = PlatformFixture.start + Int64.random(in: 0..<100_000_000, using: &random)
            viewer.apply(
                FeedChange.Engagement(viewer: "v", work: UInt32(work), kind: kind, factor: 1, at: at))
            all.append(Interaction(work: UInt32(work), kind: kind, factor: 1, at: at))
        }
        // What falls out is the oldest at that moment; in the end the latest of all are there.
        func latest(_ kinds: Set<EngagementKind>, _ count: Int) -> [UInt32] {
            all.filter { kinds.contains($0.kind) }.sorted { $0.at < $1.at }.suffix(count).map(\.work)
        }
        #expect(viewer.acts.map(\.work) == latest([.like, .save, .share, .remix], 200), "seed \(seed)")
        let times = viewer.latest.map(\.at)
        #expect(times == times.sorted(by: >) && times.count == 200, "seed \(seed)")
        #expect((0..<900).allSatisfy { viewer.seen.contains(UInt32($0)) }, "views, negatives and reports were seen too")
    }

    @Test("events of an hour are counted, and dating back does not escape the count")
    func hours() {
        var viewer = ViewerState()
        let hour = PlatformFixture.hour
        func act(_ work: UInt32, at: Int64, factor: Double = 1) {
            viewer.apply(FeedChange.Engagement(viewer: "v", work: work, kind: .like, factor: factor, at: at))
        }
        #expect(viewer.activity.eventsInHour(of: 5 * hour) == 0)
        act(1, at: 5 * hour)
        act(2, at: 5 * hour + 10)
        act(3, at: 5 * hour + 20, factor: 0)
        #expect(viewer.activity.eventsInHour(of: 6 * hour - 1) == 2, "what weighs nothing is not counted")
        #expect(viewer.activity.eventsInHour(of: 6 * hour) == 0)
        act(4, at: 2 * hour)
        #expect(viewer.activity.eventsInHour(of: 3 * hour) == 3)
        act(5, at: 6 * hour)
        #expect(viewer.activity.eventsInHour(of: 6 * hour) == 1)
        #expect(viewer.activity.eventsInHour(of: 5 * hour) == 1)
        act(6, at: -hour - 1)
        #expect(viewer.activity.eventsInHour(of: -2 * hour) == 2)
    }

    @Test("cursors give back their numbers")
    func cursor() throws {
        let seed = testSeed()
        var random = SeededGenerator(seed: seed)
        for count in 0..<60 {
            let served = (0..<count).map { _ in
                FeedCursor.Served(
                    work: UInt32.random(in: 0..<1_000_000, using: &random), explorable: Bool.random(using: &random))
            }
            let cursor = FeedCursor(
                now: Int64.random(in: ArgumentCheck.years, using: &random), seed: random.next(), served: served)
            let text = cursor.encoded(viewerId: "v")
            #expect(text.utf8.allSatisfy { $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "/") })
            #expect(try FeedCursor(decoding: text, viewerId: "v", workCount: 1_000_000) == cursor, "seed \(seed)")
        }
        let beyond = FeedCursor(now: .max, seed: 0, served: []).encoded(viewerId: "v")
        #expect(throws: EngineError.self) { try FeedCursor(decoding: beyond, viewerId: "v", workCount: 1) }
        let longest = FeedCursor(
            now: PlatformFixture.start, seed: .max,
            served: Array(repeating: .init(work: .max - 1, explorable: true), count: FeedCursor.servedMax))
        #expect(longest.encoded(viewerId: "v").utf8.count <= 16_384, "the decoder of requests lets it pass")
    }

    @Test("families, depths and growth equal plain walks, with late credits and takedowns")
    func families() throws {
        let seed = testSeed()
        var random = SeededGenerator(seed: seed)
        let graph = LineageGraph()
        let tree = FamilyTree()
        let now = PlatformFixture.start
        var version: UInt64 = 0
        var parents: [[UInt32]] = []
        var times: [Int64] = []
        var dead: Set<UInt32> = []
        for step in 0..<220 {
            let node = UInt32(parents.count)
            var own: Set<UInt32> = []
            if node > 0, step % 4 > 0 {
                for _ in 0..<Int.random(in: 1...3, using: &random) { own.insert(.random(in: 0..<node, using: &random)) }
            }
            let time = now - Int64.random(in: 0...20 * 24, using: &random) * PlatformFixture.hour
            _ = try graph.appendNode(parents: own.sorted().map { ParentLink(parent: $0) }, creator: 0, createdAt: time)
            parents.append(own.sorted())
            times.append(time)
            if step % 20 == 19 {
                let child = UInt32.random(in: 0...node, using: &random)
                let parent = UInt32.random(in: 0...node, using: &random)
                let late = ParentLink(parent: parent, kind: .remix, weight: 1, flags: .late, at: now)
                if (try? graph.addLateEdge(child: child, link: late)) != nil {
                    parents[Int(child)].append(parent)
                    version += 1
                }
                dead.insert(child)
                graph.setState(.hidden, of: child)
                version += 1
            }
            guard step % 10 == 9 else { continue }
            graph.publish()
            let nodes = Array(0..<UInt32(parents.count))
            let facts = tree.facts(of: nodes, lineage: graph.snapshot, version: version, now: now)
            let expected = FamilyOracle(parents: parents, times: times, dead: dead, now: now)
            #expect(facts == nodes.map(expected.facts), "step \(step), seed \(seed)")
        }
    }
}

/// Families by walking up from every work, again for every question.
private struct FamilyOracle {
    let parents: [[UInt32]]
    let times: [Int64]
    let dead: Set<UInt32>
    let now: Int64

    func facts(of node: UInt32) -> FamilyFacts {
        let distances = self.distances(from: node)
        let roots = distances.filter { parents[Int($0.key)].isEmpty }
        let hour = now - now % PlatformFixture.hour
        let window = hour - 7 * PlatformFixture.day..<hour + PlatformFixture.hour
        let grown = parents.indices.filter { other in
            UInt32(other) != node && !dead.contains(UInt32(other)) && window.contains(times[other])
                && self.distances(from: UInt32(other))[node] != nil
        }
        return FamilyFacts(
            family: roots.keys.min() ?? node, depth: roots.values.min() ?? 0, liveDescendants7d: grown.count)
    }

    private func distances(from node: UInt32) -> [UInt32: Int] {
        var distances = [node: 0]
        var frontier = [node]
        while !frontier.isEmpty {
            var next: [UInt32] = []
            for current in frontier {
                for parent in parents[Int(current)] where distances[parent] == nil {
                    distances[parent] = (distances[current] ?? 0) + 1
                    next.append(parent)
                }
            }
            frontier = next
        }
        return distances
    }
}
