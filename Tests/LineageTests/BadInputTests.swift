import Lineage
import TestSupport
import Testing

/// What is refused is refused with the right error, and changes nothing.
struct BadInputTests {
    /// 0 <- 1 <- 2 <- 3, and 4 alone; 3 also credits 0 late.
    private func graph(_ labels: LineageLabels) throws -> LineageGraph {
        let graph = LineageGraph(labels: labels)
        for node in 0..<4 as Range<UInt32> {
            try graph.appendNode(
                parents: node == 0 ? [] : [ParentLink(parent: node - 1)], creator: 0, createdAt: Int64(node))
        }
        try graph.appendNode(parents: [], creator: 1, createdAt: 9)
        try graph.addLateEdge(child: 3, link: ParentLink(parent: 0, flags: [.late]))
        return graph
    }

    private func picture(_ graph: LineageGraph) -> [String] {
        graph.publish()
        let snapshot = graph.snapshot
        return (0..<UInt32(snapshot.nodeCount)).map { "\(snapshot.allLinks(of: $0)) \(snapshot.children(of: $0))" }
    }

    private func expectRefusal(
        _ graph: LineageGraph, _ expected: LineageError, _ change: (LineageGraph) throws(LineageError) -> Void
    ) throws {
        let before = picture(graph)
        var caught: LineageError?
        do throws(LineageError) { try change(graph) } catch { caught = error }
        #expect(caught == expected)
        #expect(picture(graph) == before, "nothing changed after \(expected)")
        #expect(graph.nodeCount == before.count)
        try graph.checkInvariants()
    }

    @Test("refused changes", arguments: LineageLabels.allCases)
    func refusals(labels: LineageLabels) throws {
        let graph = try graph(labels)
        let late: (UInt32, Float) -> ParentLink = { ParentLink(parent: $0, weight: $1, flags: [.late]) }
        try expectRefusal(graph, .cycle(path: [0, 3])) { graph throws(LineageError) in
            try graph.addLateEdge(child: 0, link: late(3, 1))
        }
        try expectRefusal(graph, .cycle(path: [1, 2, 3])) { graph throws(LineageError) in
            try graph.addLateEdge(child: 1, link: late(3, 1))
        }
        try expectRefusal(graph, .cycle(path: [1, 3])) { graph throws(LineageError) in
            try graph.addLateEdge(child: 1, link: late(3, 1), explainsCycle: false)
        }
        try expectRefusal(graph, .selfEdge(2)) { graph throws(LineageError) in
            try graph.addLateEdge(child: 2, link: late(2, 1))
        }
        try expectRefusal(graph, .selfEdge(5)) { graph throws(LineageError) in
            try graph.appendNode(parents: [late(5, 1)], creator: 0, createdAt: 0)
        }
        try expectRefusal(graph, .duplicateEdge(child: 3, parent: 0)) { graph throws(LineageError) in
            try graph.addLateEdge(child: 3, link: late(0, 1))
        }
        try expectRefusal(graph, .duplicateEdge(child: 5, parent: 1)) { graph throws(LineageError) in
            try graph.appendNode(parents: [late(1, 1), late(2, 1), late(1, 0.5)], creator: 0, createdAt: 0)
        }
        for (child, parent) in [(UInt32(9), UInt32(1)), (1, 9)] {
            try expectRefusal(graph, .unknownNode(9)) { graph throws(LineageError) in
                try graph.addLateEdge(child: child, link: late(parent, 1))
            }
        }
        try expectRefusal(graph, .unknownNode(6)) { graph throws(LineageError) in
            try graph.appendNode(parents: [late(6, 1)], creator: 0, createdAt: 0)
        }
        try expectRefusal(graph, .unknownEdge(child: 4, parent: 0)) { graph throws(LineageError) in
            try graph.retractEdge(child: 4, parent: 0)
        }
        try expectRefusal(graph, .unknownNode(77)) { graph throws(LineageError) in
            try graph.retractEdge(child: 77, parent: 0)
        }
    }

    @Test(
        "weights outside of (0, 1]",
        arguments: [0, -0.5, 1.000_001, .infinity, -.infinity, .leastNonzeroMagnitude * -1])
    func weights(weight: Float) throws {
        let graph = try graph(.full)
        let link = ParentLink(parent: 4, weight: weight, flags: [.late])
        try expectRefusal(graph, .weightOutOfRange(weight)) { graph throws(LineageError) in
            try graph.addLateEdge(child: 2, link: link)
        }
        try expectRefusal(graph, .weightOutOfRange(weight)) { graph throws(LineageError) in
            try graph.appendNode(parents: [link], creator: 0, createdAt: 0)
        }
        #expect(throws: LineageError.self, "not a number") {
            try graph.addLateEdge(child: 2, link: ParentLink(parent: 4, weight: .nan))
        }
    }

    @Test("more than 64 parents, at birth and late")
    func parents() throws {
        let graph = LineageGraph()
        for _ in 0..<70 { try graph.appendNode(parents: [], creator: 0, createdAt: 0) }
        let links = (0..<65).map { ParentLink(parent: UInt32($0)) }
        try expectRefusal(graph, .tooManyParents(count: 65, limit: 64)) { graph throws(LineageError) in
            try graph.appendNode(parents: links, creator: 0, createdAt: 0)
        }
        try graph.appendNode(parents: Array(links.prefix(64)), creator: 0, createdAt: 0)
        try expectRefusal(graph, .tooManyParents(count: 65, limit: 64)) { graph throws(LineageError) in
            try graph.addLateEdge(child: 70, link: ParentLink(parent: 66))
        }
        // A retracted credit stays on record, and so it counts.
        try graph.retractEdge(child: 70, parent: 3)
        try expectRefusal(graph, .tooManyParents(count: 65, limit: 64)) { graph throws(LineageError) in
            try graph.addLateEdge(child: 70, link: ParentLink(parent: 66))
        }
        #expect(graph.snapshot.parents(of: 70).count == 63)
    }

    @Test("a retracted credit may come back only where it closes no cycle")
    func reinstatement() throws {
        let graph = try graph(.full)
        try graph.retractEdge(child: 2, parent: 1)
        try graph.addLateEdge(child: 1, link: ParentLink(parent: 2, flags: [.late]))
        try expectRefusal(graph, .cycle(path: [2, 1])) { graph throws(LineageError) in
            try graph.setEdgeFlags([], child: 2, parent: 1)
        }
    }

    @Test("a parent that is newer than its child is allowed and told")
    func timeTravel() throws {
        let graph = LineageGraph()
        try graph.appendNode(parents: [], creator: 0, createdAt: 500)
        try graph.appendNode(parents: [ParentLink(parent: 0)], creator: 0, createdAt: 100)
        graph.publish()
        #expect(graph.snapshot.newerParents(of: 1) == [0] && graph.snapshot.newerParents(of: 0).isEmpty)
        #expect(graph.snapshot.metrics(of: 1).newerParents == 1)
    }

    @Test("a damaged image is refused or harmless, whatever its bytes")
    func damagedImage() throws {
        let seed = testSeed()
        var lineage = RandomLineage(seed: seed)
        for _ in 0..<400 { try lineage.step() }
        lineage.graph.seal()
        let bytes = LineageImage(lineage.graph.sealedEdges).serialized()
        let nodes = lineage.oracle.nodes
        var refused = 0
        for round in 0..<3_000 {
            var damaged = bytes
            if round % 10 == 0 {
                damaged.removeLast(lineage.int(1...bytes.count))
            } else {
                for _ in 0..<lineage.int(1...3) {
                    damaged[lineage.int(0...bytes.count - 1)] ^= UInt8(lineage.int(1...255))
                }
            }
            do {
                let image = try LineageImage.reading(damaged)
                let graph = LineageGraph()
                try graph.load(
                    image, createdAt: nodes.map(\.createdAt).prefix(image.nodeCount) + [],
                    creators: nodes.map(\.creator).prefix(image.nodeCount) + [])
                graph.publish()
                try graph.checkInvariants()
            } catch is LineageError {
                refused += 1
            }
        }
        #expect(refused > 1_000, "most damage shows without checksums, seed \(seed)")
        var other = bytes
        other[8] = 2
        let version = LineageError.damaged("the image has version 2, and version 1 is wanted")
        #expect(throws: version) { try LineageImage.reading(other) }
    }

    @Test("labels take no more than they say", arguments: [(LineageLabels.none, 0), (.lite, 20), (.full, 44)])
    func labelBytes(labels: LineageLabels, bytesPerNode: Int) throws {
        let graph = LineageGraph(labels: labels, sealsAutomatically: false)
        for node in 0..<5_001 as Range<UInt32> {
            let parents = node == 0 ? [] : [ParentLink(parent: node / 3)]
            try graph.appendNode(parents: parents, creator: 0, createdAt: Int64(node))
        }
        graph.seal()
        #expect(graph.memory.labels == bytesPerNode * 5_001)
    }
}
