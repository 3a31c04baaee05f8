import Engine
import Platform
import TestSupport
import Testing

/// A random history of works and credits, and a plain model of it: lists of parents, breadth-first searches.
struct LineageWorld {
    struct Work {
        var id: String
        var realm: String
        var parents: [String]
    }

    let platform: ArcaneaPlatform
    private(set) var works: [Work] = []
    private var numbers: [String: Int] = [:]
    private var childrenOf: [String: [String]] = [:]

    init(_ platform: ArcaneaPlatform, count: Int, _ random: inout SeededGenerator) async throws {
        self.platform = platform
        var drafts: [EssenceDraft] = []
        for number in 0..<count {
            var parents: [String] = []
            if number > 5 {
                for _ in 0..<[0, 1, 1, 1, 2, 2, 3].randomElement(using: &random)! {
                    // Young parents make long chains, old ones make wide trees.
                    let youngest = Bool.random(using: &random) ? max(0, number - 8) : 0
                    let parent = "w\(Int.random(in: youngest..<number, using: &random))"
                    if !parents.contains(parent) { parents.append(parent) }
                }
            }
            let realm = "realm-\(Int.random(in: 0..<9, using: &random))"
            var draft = work(
                "w\(number)", realm: realm, vector: random.vector(PlatformFixture.dimension), from: parents)
            for position in draft.remixFrom.indices {
                draft.remixFrom[position].weight = Double(Int.random(in: 1...4, using: &random)) / 4
            }
            drafts.append(draft)
            add(Work(id: "w\(number)", realm: realm, parents: parents))
        }
        for start in stride(from: 0, to: count, by: 100) {
            _ = try await platform.essences.createBatch(Array(drafts[start..<min(count, start + 100)]))
        }
    }

    private mutating func add(_ work: Work) {
        numbers[work.id] = works.count
        for parent in work.parents { childrenOf[parent, default: []].append(work.id) }
        works.append(work)
    }

    func parents(_ id: String) -> [String] { works[numbers[id]!].parents }

    func children(_ id: String) -> [String] { childrenOf[id] ?? [] }

    mutating func credit(_ child: String, _ parent: String) {
        works[numbers[child]!].parents.append(parent)
        childrenOf[parent, default: []].append(child)
    }

    mutating func retract(_ child: String, _ parent: String) {
        works[numbers[child]!].parents.removeAll { $0 == parent }
        childrenOf[parent]?.removeAll { $0 == child }
    }

    /// Fewest hops to everything reachable, the start not included.
    func depths(_ start: String, _ direction: LineageDirection, limit: Int = .max) -> [String: Int] {
        var depths = [start: 0]
        var level = [start]
        var depth = 0
        while !level.isEmpty, depth < limit {
            depth += 1
            var next: [String] = []
            for id in level {
                for neighbor in direction == .ancestors ? parents(id) : children(id) where depths[neighbor] == nil {
                    depths[neighbor] = depth
                    next.append(neighbor)
                }
            }
            level = next
        }
        depths[start] = nil
        return depths
    }

    func ancestors(_ id: String) -> Set<String> { Set(depths(id, .ancestors).keys) }

    func roots(_ id: String) -> Set<String> {
        ancestors(id).union([id]).filter { parents($0).isEmpty }
    }

    func lowestCommon(_ a: String, _ b: String) -> Set<String> {
        let common = ancestors(a).union([a]).intersection(ancestors(b).union([b]))
        return common.filter { candidate in !common.contains { ancestors($0).contains(candidate) } }
    }
}
