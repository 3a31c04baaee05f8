import Lineage
import TestSupport
import Testing

/// A graph and its oracle that change together, by random operations.
struct RandomLineage {
    private(set) var graph: LineageGraph
    private(set) var oracle = LineageOracle()
    private(set) var random: SeededGenerator
    private(set) var refusedCycles = 0
    private(set) var lateEdges = 0
    private(set) var reopenings = 0
    /// Whether histories open the graph again, which starts the versions of its snapshots anew.
    var mayReopen = true
    private(set) var adoptedSeals = 0
    /// Late credits in the order of arrival.
    private var credits: [(child: UInt32, parent: UInt32)] = []
    /// A seal that was begun and not yet taken over.
    private var job: LineageSealJob?
    private let weights: [Float] = [1, 1, 1, 0.5, 0.25, 0.995, 0.1234567, .leastNormalMagnitude]

    init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
        let labels = LineageLabels.allCases.randomElement(using: &random)!
        graph = LineageGraph(labels: labels, sealsAutomatically: false)
    }

    mutating func link(to parent: UInt32, late: Bool) -> ParentLink {
        var flags: EdgeFlags = late ? [.late] : []
        if Int.random(in: 0..<8, using: &random) == 0 { flags.insert(.disputed) }
        if Int.random(in: 0..<8, using: &random) == 0 { flags.insert(.inferred) }
        if Int.random(in: 0..<16, using: &random) == 0 { flags.insert(.retracted) }
        let kind = EdgeKind(rawValue: UInt8([0, 0, 0, 1, 2, 3, 7, 15].randomElement(using: &random)!))
        let at = Int64.random(in: 0..<4, using: &random) == 0 ? Int64.random(in: -5...200, using: &random) : time()
        return ParentLink(
            parent: parent, kind: kind, weight: weights.randomElement(using: &random)!, flags: flags, at: at)
    }

    private func time() -> Int64 { Int64(oracle.nodes.count) * 2 }

    mutating func append(parentsMax: Int = 4) throws {
        var parents: [ParentLink] = []
        let count = UInt32(oracle.nodes.count)
        if count > 0 {
            for _ in 0..<Int.random(in: 0...parentsMax, using: &random) {
                let near = Bool.random(using: &random)
                let parent = UInt32.random(in: (near ? count - min(count, 6) : 0)..<count, using: &random)
                if !parents.contains(where: { $0.parent == parent }) { parents.append(link(to: parent, late: false)) }
            }
        }
        let creator = UInt32.random(in: 0..<12, using: &random)
        let createdAt = time() + Int64.random(in: -6...6, using: &random)
        let state = NodeState(rawValue: UInt8([0, 0, 0, 0, 0, 1, 2, 3].randomElement(using: &random)!))!
        let node = try graph.appendNode(parents: parents, creator: creator, createdAt: createdAt, state: state)
        #expect(node == count)
        oracle.nodes.append(.init(links: parents, creator: creator, createdAt: createdAt, state: state))
    }

    /// Tries a random late credit; checks the outcome and, for a cycle, the path that is reported.
    mutating func credit() {
        let count = UInt32(oracle.nodes.count)
        guard count > 1 else { return }
        let child = UInt32.random(in: 0..<count, using: &random)
        let parent = UInt32.random(in: 0..<count, using: &random)
        let link = link(to: parent, late: true)
        do throws(LineageError) {
            try graph.addLateEdge(child: child, link: link)
            let wouldCycle =
                !link.flags.contains(.retracted) && (child == parent || oracle.isAncestor(child, of: parent))
            #expect(!wouldCycle, "\(child) is an ancestor of \(parent)")
            oracle.nodes[Int(child)].links.append(link)
            credits.append((child, parent))
            lateEdges += 1
        } catch .cycle(let path) {
            refusedCycles += 1
            #expect(path.first == child && path.last == parent)
            for (above, below) in zip(path, path.dropFirst()) {
                #expect(oracle.parents(below).contains { $0.parent == above }, "\(path) is a chain of parents")
            }
        } catch .selfEdge {
            #expect(child == parent)
        } catch .duplicateEdge {
            #expect(oracle.nodes[Int(child)].links.contains { $0.parent == parent })
        } catch {
            Issue.record("unexpected \(error)")
        }
    }

    /// Gives a random edge random flags, which may retract or reinstate it.
    mutating func reflag() {
        guard
            let child = (0..<oracle.nodes.count).filter({ !oracle.nodes[$0].links.isEmpty }).randomElement(
                using: &random),
            let index = oracle.nodes[child].links.indices.randomElement(using: &random)
        else { return }
        let link = oracle.nodes[child].links[index]
        let isRetraction = Bool.random(using: &random)
        let flags =
            isRetraction ? link.flags.union(.retracted) : EdgeFlags(rawValue: .random(in: 0..<16, using: &random))
        do throws(LineageError) {
            if isRetraction {
                try graph.retractEdge(child: UInt32(child), parent: link.parent)
            } else {
                try graph.setEdgeFlags(flags, child: UInt32(child), parent: link.parent)
            }
            oracle.nodes[child].links[index].flags = flags
            #expect(!oracle.isAncestor(UInt32(child), of: link.parent) || flags.contains(.retracted))
        } catch .cycle {
            #expect(oracle.isAncestor(UInt32(child), of: link.parent))
        } catch {
            Issue.record("unexpected \(error)")
        }
    }

    mutating func changeState() {
        guard let node = oracle.nodes.indices.randomElement(using: &random) else { return }
        let state = NodeState.allCases.randomElement(using: &random)!
        graph.setState(state, of: UInt32(node))
        oracle.nodes[node].state = state
    }

    /// One random operation; mostly appends.
    mutating func step() throws {
        switch Int.random(in: 0..<20, using: &random) {
        case 0..<11: try append()
        case 11..<15: credit()
        case 15..<17: reflag()
        case 17: changeState()
        case 18: graph.publish()
        default: try changeBase()
        }
    }

    /// Seals at once or in two steps with other operations between them, or writes the graph and opens it again.
    private mutating func changeBase() throws {
        switch Int.random(in: 0..<12, using: &random) {
        case 0: graph.seal()
        case 1...3: job = graph.makeSealJob()
        case 4...6:
            guard let job else { return }
            if graph.adopt(job.run()) { adoptedSeals += 1 }
            self.job = nil
        case 7: if mayReopen { try reopen() }
        default: break
        }
    }

    /// The graph as another process would open it: the image of the sealed edges, then everything that came after it, each
    /// with the flags that it has now.
    mutating func reopen() throws {
        let image = try LineageImage(graph.sealedEdges).copied()
        let labels = LineageLabels.allCases.randomElement(using: &random)!
        let opened = LineageGraph(labels: labels, sealsAutomatically: false)
        let known = oracle.nodes.prefix(image.nodeCount)
        try opened.load(image, createdAt: known.map(\.createdAt), creators: known.map(\.creator))
        opened.publish()
        let sealed = opened.snapshot
        var reinstated: [(child: UInt32, link: ParentLink)] = []
        for (child, node) in known.enumerated() {
            for link in node.links {
                guard let old = sealed.link(child: UInt32(child), parent: link.parent), old.flags != link.flags else {
                    continue
                }
                if link.flags.contains(.retracted) || !old.flags.contains(.retracted) {
                    try opened.setEdgeFlags(link.flags, child: UInt32(child), parent: link.parent)
                } else {
                    reinstated.append((UInt32(child), link))
                }
            }
        }
        let late = Set(credits.map { UInt64($0.child) << 32 | UInt64($0.parent) })
        for child in image.nodeCount..<oracle.nodes.count {
            let node = oracle.nodes[child]
            let births = node.links.filter { !late.contains(UInt64(child) << 32 | UInt64($0.parent)) }
            try opened.appendNode(parents: births, creator: node.creator, createdAt: node.createdAt)
        }
        for (child, parent) in credits
        where child >= image.nodeCount || sealed.link(child: child, parent: parent) == nil {
            let link = oracle.nodes[Int(child)].links.first { $0.parent == parent }
            try opened.addLateEdge(child: child, link: #require(link))
        }
        for (child, link) in reinstated { try opened.setEdgeFlags(link.flags, child: child, parent: link.parent) }
        for (node, expected) in oracle.nodes.enumerated() { opened.setState(expected.state, of: UInt32(node)) }
        graph = opened
        job = nil
        reopenings += 1
    }

    mutating func node() -> UInt32 { UInt32.random(in: 0..<UInt32(oracle.nodes.count), using: &random) }
    mutating func int(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
    mutating func bool() -> Bool { Bool.random(using: &random) }
}

/// Bytes at an address that suits an image, unchanged while anyone refers to them.
private final class ImageMemory: @unchecked Sendable {
    // Safe: filled by the initializer, never changed.
    let bytes: UnsafeRawBufferPointer

    init(_ content: [UInt8]) {
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: content.count, alignment: 16)
        memory.copyBytes(from: content)
        bytes = UnsafeRawBufferPointer(memory)
    }

    deinit { bytes.deallocate() }
}

extension LineageImage {
    /// The image that these bytes hold.
    static func reading(_ content: [UInt8]) throws -> LineageImage {
        let memory = ImageMemory(content)
        return try LineageImage(mapping: memory.bytes, owner: memory)
    }

    /// The image after a way through its bytes.
    fileprivate func copied() throws -> LineageImage { try .reading(serialized()) }
}
