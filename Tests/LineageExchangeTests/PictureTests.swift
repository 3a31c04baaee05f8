import Foundation
import FoundationXML
import Lineage
import TestSupport
import Testing

@testable import LineageExchange

/// Neighborhoods, layouts and the two files that are drawn from them.
struct PictureTests {
    static func picture(_ graph: LineageGraph, _ focus: UInt32, limit: Int) -> LineagePicture {
        let neighborhood = LineageNeighborhood(of: focus, in: graph.snapshot, limit: limit)
        return LineagePicture(neighborhood) { node in
            .init(
                id: "work-\(node)", title: "Work \(node) \"<&>\"\n", creator: "c", state: graph.snapshot.state(of: node)
            )
        }
    }

    static func random(_ generator: inout SeededGenerator, nodes: Int) throws -> LineageGraph {
        let graph = LineageGraph()
        for node in 0..<UInt32(nodes) {
            let count = node == 0 ? 0 : Int.random(in: 0...3, using: &generator)
            // Half of the credits go to few works, as in real lineages.
            let parents = Set(
                (0..<count).map { _ in
                    Bool.random(using: &generator)
                        ? UInt32.random(in: 0..<node, using: &generator)
                        : UInt32.random(in: 0...(node - 1) / 8, using: &generator)
                })
            try graph.appendNode(
                parents: parents.sorted().map {
                    ParentLink(
                        parent: $0, kind: EdgeKind(rawValue: UInt8.random(in: 0...5, using: &generator)),
                        weight: Float.random(in: 0.1...1, using: &generator))
                }, creator: 0, createdAt: Int64(node),
                state: NodeState.allCases.randomElement(using: &generator) ?? .live)
        }
        graph.publish()
        return graph
    }

    @Test func neighborhoodsAreConnectedBoundedAndComplete() throws {
        let seed = testSeed()
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<20 {
            let graph = try Self.random(&generator, nodes: 120)
            let snapshot = graph.snapshot
            let focus = UInt32.random(in: 0..<120, using: &generator)
            let limit = Int.random(in: 0...150, using: &generator)
            let neighborhood = LineageNeighborhood(of: focus, in: snapshot, limit: limit, depth: 200)
            let ancestors = Set(snapshot.ancestorNodes(of: focus))
            let descendants = Set(snapshot.descendantNodes(of: focus))
            let shown = Set(neighborhood.places.map(\.node))
            #expect(shown.count == neighborhood.places.count, "seed \(seed)")
            #expect(shown.count == 1 + min(limit, ancestors.count + descendants.count), "seed \(seed)")
            #expect(shown.isSubset(of: ancestors.union(descendants).union([focus])), "seed \(seed)")
            let levels = Dictionary(uniqueKeysWithValues: neighborhood.places.map { ($0.node, $0.level) })
            for edge in neighborhood.edges {
                #expect((levels[edge.parent] ?? 0) < (levels[edge.child] ?? 0), "seed \(seed)")
            }
            for place in neighborhood.places {
                let parents = snapshot.parents(of: place.node).map(\.parent)
                let children = snapshot.children(of: place.node)
                if place.node != focus {
                    let kin = ancestors.contains(place.node) ? children : parents
                    #expect(kin.contains(where: shown.contains), "seed \(seed): \(place.node) hangs in the air")
                    #expect((place.level < 0) == ancestors.contains(place.node), "seed \(seed)")
                }
                if !descendants.contains(place.node) {
                    #expect(place.moreParents == parents.filter { !shown.contains($0) }.count, "seed \(seed)")
                }
                if !ancestors.contains(place.node) {
                    #expect(place.moreChildren == children.filter { !shown.contains($0) }.count, "seed \(seed)")
                }
            }
            let edges = neighborhood.edges.map { "\($0.parent) \($0.child)" }
            let expected = shown.flatMap { child in
                snapshot.parents(of: child).map(\.parent).filter(shown.contains).map { "\($0) \(child)" }
            }
            #expect(Set(edges) == Set(expected) && edges.count == expected.count, "seed \(seed)")
        }
    }

    @Test func boxesDoNotOverlapAndOrderDoesNotGetWorse() throws {
        let seed = testSeed()
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<20 {
            let graph = try Self.random(&generator, nodes: 80)
            let picture = Self.picture(graph, UInt32.random(in: 0..<80, using: &generator), limit: 40)
            let first = picture.boxes.map(\.level).min() ?? 0
            let layout = LayeredLayout(
                columns: picture.boxes.map { $0.level - first }, heights: picture.boxes.map { _ in 60 },
                arrows: picture.arrows.map { ($0.parent, $0.child) })
            for column in layout.columns {
                for (a, b) in zip(column, column.dropFirst()) {
                    let distance = layout.items[b].y - layout.items[a].y
                    let needed = (layout.items[a].height + layout.items[b].height) / 2
                    #expect(distance >= needed - 1e-6, "seed \(seed)")
                }
            }
            #expect(layout.columns.joined().sorted() == Array(layout.items.indices), "seed \(seed)")
            #expect(layout.items.allSatisfy { $0.y - $0.height / 2 >= -1e-6 }, "seed \(seed)")
            for route in layout.routes {
                #expect(
                    zip(route, route.dropFirst()).allSatisfy { layout.items[$1].column == layout.items[$0].column + 1 })
            }
        }
    }

    /// Two crossed pairs, which one exchange uncrosses.
    @Test func orderingUncrosses() {
        let layout = LayeredLayout(
            columns: [0, 0, 1, 1], heights: [10, 10, 10, 10], arrows: [(0, 3), (1, 2)])
        #expect(layout.crossings() == 0)
        #expect(layout.items[0].y == layout.items[3].y)
    }

    @Test func svgIsWellFormedAndStandsAlone() throws {
        let seed = testSeed()
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<5 {
            let picture = Self.picture(try Self.random(&generator, nodes: 200), 30, limit: 30)
            let svg = picture.svg()
            let counter = ElementCounter()
            let parser = XMLParser(data: Data(svg.utf8))
            parser.delegate = counter
            #expect(parser.parse(), "seed \(seed)")
            #expect(counter.works == picture.boxes.count + (svg.contains("no longer there") ? 1 : 0), "seed \(seed)")
            #expect(counter.heads == picture.arrows.count, "seed \(seed)")
            #expect(counter.names.isDisjoint(with: ["script", "image", "use", "foreignObject", "a"]), "seed \(seed)")
            #expect(svg.contains("prefers-color-scheme: dark"))
            #expect(!svg.contains("href") && !svg.contains("url("), "seed \(seed)")
            #expect(svg == picture.svg(), "seed \(seed): the same picture each time")
        }
    }

    @Test func redactedWorksTellNothing() throws {
        let graph = LineageGraph()
        try graph.appendNode(parents: [], creator: 0, createdAt: 0, state: .redacted)
        try graph.appendNode(parents: [ParentLink(parent: 0)], creator: 0, createdAt: 0, state: .hidden)
        graph.publish()
        let picture = LineagePicture(LineageNeighborhood(of: 1, in: graph.snapshot)) { node in
            .init(
                id: "redacted:\(node)", title: "SECRET", creator: node == 0 ? "SOMEONE" : nil,
                state: graph.snapshot.state(of: node))
        }
        for file in [picture.svg(), picture.dot()] {
            #expect(!file.contains("SECRET") && !file.contains("SOMEONE"))
            #expect(file.contains("redacted work") && file.contains("hidden work"))
        }
    }

    @Test func textIsCutToItsBox() {
        for text in ["short", "A very long title that does not fit anywhere", "龍龍龍龍龍龍龍龍龍龍龍龍龍龍龍龍龍龍龍龍", "👩‍👩‍👧‍👦 family"] {
            let fitted = TextFitting.fitted(text, size: 13, width: 120)
            #expect(TextFitting.width(fitted, size: 13) <= 120)
            #expect(fitted == text || fitted.hasSuffix("…"))
        }
    }
}

private final class ElementCounter: NSObject, XMLParserDelegate {
    var works = 0
    var heads = 0
    var names: Set<String> = []

    func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
        attributes: [String: String]
    ) {
        names.insert(name)
        let style = attributes["class"] ?? ""
        if style.hasPrefix("work") { works += 1 }
        if style.hasPrefix("head") && name == "path" { heads += 1 }
    }
}
