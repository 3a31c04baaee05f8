import Foundation
import Lineage
import Ranking

/// Attribution against the sum over all paths: every ordered graph of up to six works, and many random ones of 7 to 12.
struct AttributionCheck {
    private let graphs: Int
    private let seed: UInt64

    init(_ options: Options) {
        graphs = options.int("graphs", 100_000)
        seed = options.seed
    }

    private struct Tally {
        var graphs = 0
        var answers = 0
        var deviation = 0.0
        var wrongSums = 0
    }

    func run() throws {
        var tally = Tally()
        for count in 1...6 {
            let pairs = (0..<count).flatMap { child in (0..<child).map { (child, $0) } }
            for mask in 0..<(1 << pairs.count) {
                var parents = [[Int]](repeating: [], count: count)
                for (bit, pair) in pairs.enumerated() where mask >> bit & 1 == 1 { parents[pair.0].append(pair.1) }
                try check(parents.map { $0.map { ($0, Float(1)) } }, &tally)
            }
        }
        show("all ordered graphs of 1 to 6 works", tally)
        var random = Tally()
        var generator = SplitMix64(seed: seed)
        for _ in 0..<graphs {
            let count = Int.random(in: 7...12, using: &generator)
            let links = (0..<count).map { child in
                (0..<child).filter { _ in Int.random(in: 0..<3, using: &generator) == 0 }
                    .map { ($0, Float(Int.random(in: 1...8, using: &generator)) / 8) }
            }
            try check(links, &random)
        }
        show("random graphs of 7 to 12 works", random)
    }

    private func show(_ name: String, _ tally: Tally) {
        result([
            "check": "attribution", "set": name, "graphs": tally.graphs, "answers": tally.answers,
            "largestDeviation": tally.deviation, "sumsNotOneMillion": tally.wrongSums,
        ])
    }

    private func check(_ links: [[(parent: Int, weight: Float)]], _ tally: inout Tally) throws {
        let graph = LineageGraph()
        for parents in links {
            try graph.appendNode(
                parents: parents.map { ParentLink(parent: UInt32($0.parent), weight: $0.weight) }, creator: 0,
                createdAt: 0, state: .live)
        }
        graph.publish()
        tally.graphs += 1
        for node in links.indices {
            for group in [AttributionOptions.Group.work, .root] {
                let options = AttributionOptions(epsilon: 0, group: group)
                let answer = graph.snapshot.attribution(of: UInt32(node), options: options)
                var slow = [Double](repeating: 0, count: links.count)
                Self.follow(node, mass: 1, start: node, links, options, &slow)
                tally.answers += 1
                if answer.shares.reduce(0, { $0 + $1.ppm }) != 1_000_000 { tally.wrongSums += 1 }
                for share in answer.shares {
                    guard case .work(let work) = share.owner else { continue }
                    tally.deviation = max(tally.deviation, abs(share.share - slow[Int(work)]))
                    slow[Int(work)] = 0
                }
                // Whatever a path reached and the answer does not name is a deviation too.
                tally.deviation = max(tally.deviation, slow.max() ?? 0)
            }
        }
    }

    /// Adds up the mass over every path from a work, one path after the other.
    private static func follow(
        _ node: Int, mass: Double, start: Int, _ links: [[(parent: Int, weight: Float)]],
        _ options: AttributionOptions, _ shares: inout [Double]
    ) {
        let parents = links[node]
        let keep =
            parents.isEmpty ? 1 : options.group == .root ? 0 : node == start ? options.own : options.keep
        shares[node] += mass * keep
        let total = parents.reduce(0.0) { $0 + Double($1.weight) }
        for link in parents where keep < 1 {
            follow(
                link.parent, mass: mass * (1 - keep) * Double(link.weight) / total, start: start, links, options,
                &shares)
        }
    }
}
