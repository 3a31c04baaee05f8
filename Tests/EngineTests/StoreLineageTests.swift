import Engine
import Lineage
import TestSupport
import Testing

struct StoreLineageTests {
    @Test("lineage survives a restart: births, late credits, retractions, states")
    func restart() async throws {
        let seed = testSeed()
        var random = SeededGenerator(seed: seed)
        let directory = TemporaryDirectory()
        let store = try openTestStore(directory)
        for node in 0..<120 {
            var parents: Set<UInt32> = []
            if node > 0 {
                for _ in 0..<Int.random(in: 0...3, using: &random) {
                    parents.insert(.random(in: 0..<UInt32(node), using: &random))
                }
            }
            let links = parents.sorted().map { link($0) }
            try await store.write { transaction in
                _ = try transaction.insert(
                    RecordDraft(key: "w\(node)", createdAt: Int64(node), payload: [UInt8(node % 5)], parents: links),
                    in: transaction.namespace("works", ""))
            }
        }
        var refused = 0
        for _ in 0..<60 {
            let child = UInt32.random(in: 0..<120, using: &random)
            let parent = UInt32.random(in: 0..<120, using: &random)
            let late = ParentLink(parent: parent, kind: .collab, weight: 0.5, flags: [.late], at: 7)
            do {
                try await store.write(barrier: true) { transaction in
                    _ = try transaction.addLateEdge(child: child, link: late, in: transaction.namespace("works", ""))
                }
            } catch let error as EngineError {
                refused += 1
                #expect(
                    [.cycle, .alreadyExists, .invalidArgument].contains(error.code), "\(error), seed \(seed)")
                if error.code == .cycle { #expect(error.details["cycle"]?.isEmpty == false, "seed \(seed)") }
            }
        }
        #expect(refused > 0 && refused < 60, "both outcomes occur, seed \(seed)")
        let snapshot = try #require(store.namespace("works", "")).snapshot
        let lineage = try #require(snapshot.lineage)
        let retracted = try #require((0..<UInt32(120)).first { !lineage.parents(of: $0).isEmpty })
        let lost = try #require(lineage.parents(of: retracted).first?.parent)
        try await store.write(barrier: true) { transaction in
            let namespace = try transaction.namespace("works", "")
            _ = try transaction.retractEdge(child: retracted, parent: lost, reason: "test", in: namespace)
            try transaction.setNodeState(3, .hidden, in: namespace)
            _ = try transaction.update(3, in: namespace, RecordChange(state: NodeState.hidden.rawValue))
        }
        let before = try Self.picture(store)
        await store.close()
        let reopened = try openTestStore(directory)
        #expect(try Self.picture(reopened) == before, "seed \(seed)")
        let after = try #require(reopened.namespace("works", "")?.snapshot.lineage)
        #expect(after.state(of: 3) == .hidden)
        #expect(!after.parents(of: retracted).contains { $0.parent == lost }, "the retracted edge is not followed")
        await reopened.close()
    }

    @Test("a credit that was retracted does not stand in the way of its opposite, here and after a restart")
    func oppositeOfARetractedCredit() async throws {
        let directory = TemporaryDirectory()
        let store = try openTestStore(directory)
        try await store.write { transaction in
            let namespace = try transaction.namespace("works", "")
            for key in ["a", "b"] {
                _ = try transaction.insert(RecordDraft(key: key, createdAt: 0, payload: [0]), in: namespace)
            }
        }
        for (child, parent) in [(UInt32(0), UInt32(1)), (1, 0)] {
            let late = ParentLink(parent: parent, kind: .remix, weight: 1, flags: [.late], at: 1)
            try await store.write(barrier: true) { transaction in
                _ = try transaction.addLateEdge(child: child, link: late, in: transaction.namespace("works", ""))
            }
            guard child == 0 else { continue }
            try await store.write(barrier: true) { transaction in
                _ = try transaction.retractEdge(
                    child: child, parent: parent, reason: nil, in: transaction.namespace("works", ""))
            }
        }
        let before = try Self.picture(store)
        await store.close()
        let reopened = try openTestStore(directory)
        #expect(try Self.picture(reopened) == before)
        await reopened.close()
    }

    @Test(
        "a credit retracted and given again is as it was, in its place, here and after a restart",
        arguments: [false, true])
    func givenAgain(isLate: Bool) async throws {
        let directory = TemporaryDirectory()
        let store = try openTestStore(directory)
        let links = [ParentLink(parent: 0, kind: .collab, weight: 0.5, at: 3), ParentLink(parent: 1, at: 3)]
        try await store.write { transaction in
            let namespace = try transaction.namespace("works", "")
            for key in ["a", "b"] {
                _ = try transaction.insert(RecordDraft(key: key, createdAt: 0, payload: [0]), in: namespace)
            }
            _ = try transaction.insert(
                RecordDraft(key: "c", createdAt: 3, payload: [0], parents: isLate ? [] : links), in: namespace)
        }
        func credit(_ child: UInt32, _ link: ParentLink) async throws -> EngineError.Code? {
            do {
                try await store.write(barrier: true) { transaction in
                    _ = try transaction.addLateEdge(child: child, link: link, in: transaction.namespace("works", ""))
                }
                return nil
            } catch let error as EngineError {
                return error.code
            }
        }
        if isLate { for link in links { #expect(try await credit(2, late(link)) == nil) } }
        let before = try Self.picture(store)
        try await store.write(barrier: true) { transaction in
            _ = try transaction.retractEdge(
                child: 2, parent: 0, reason: "a mistake", in: transaction.namespace("works", ""))
        }
        #expect(try Self.picture(store) != before)
        var other = late(links[0])
        other.weight = 0.25
        #expect(try await credit(2, other) == .alreadyExists)
        #expect(try await credit(0, ParentLink(parent: 2, flags: [.late], at: 8)) == nil)
        #expect(try await credit(2, late(links[0])) == .cycle)
        try await store.write(barrier: true) { transaction in
            _ = try transaction.retractEdge(child: 0, parent: 2, reason: nil, in: transaction.namespace("works", ""))
        }
        #expect(try await credit(2, late(links[0])) == nil)
        #expect(try Self.picture(store) == before)
        #expect(try await credit(2, late(links[0])) == .alreadyExists)
        await store.close()
        let reopened = try openTestStore(directory)
        #expect(try Self.picture(reopened) == before)
        await reopened.close()
    }

    private func late(_ link: ParentLink) -> ParentLink {
        var link = link
        link.flags.insert(.late)
        return link
    }

    /// All parents and all ancestor sets: what lineage answers are made of.
    private static func picture(_ store: Store) throws -> [[String]] {
        let snapshot = try #require(store.namespace("works", "")).snapshot
        let lineage = try #require(snapshot.lineage)
        return (0..<UInt32(lineage.nodeCount)).map { node in
            lineage.parents(of: node).map {
                "\($0.parent) \($0.kind.rawValue) \($0.weight) \($0.flags.rawValue) \($0.at)"
            }
            .sorted()
                + ["\(lineage.ancestors(of: node, options: WalkOptions()).nodes.map(\.node).sorted())"]
        }
    }
}
