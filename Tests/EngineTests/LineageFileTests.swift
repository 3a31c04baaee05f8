import Engine
import Foundation
import Lineage
import TestSupport
import Testing

/// The file of sealed edges is used when it is whole and fits the truth, and never changes an answer.
struct LineageFileTests {
    private struct Damage: Sendable, CustomStringConvertible {
        var description: String
        /// Makes the file's bytes into what the next start finds; `nil` removes the file.
        var damage: @Sendable ([UInt8]) -> [UInt8]?
    }

    private static let damages = [
        Damage(description: "removed") { _ in nil },
        Damage(description: "empty") { _ in [] },
        Damage(description: "cut") { Array($0.dropLast($0.count / 3)) },
        Damage(description: "a bit turned in the middle") { bytes in
            var bytes = bytes
            bytes[bytes.count / 2] ^= 4
            return bytes
        },
        Damage(description: "another format") { bytes in
            var bytes = bytes
            bytes[8] = 9
            return bytes
        },
        Damage(description: "other bytes") { Array(repeating: 7, count: $0.count) },
    ]

    private static func file(in directory: TemporaryDirectory) throws -> String {
        let store = directory.appending("store")
        let name = try FileManager.default.contentsOfDirectory(atPath: store).first { $0.hasSuffix(".edges") }
        return store + "/" + (try #require(name))
    }

    /// Changes with every replacement of the file.
    private static func identity(_ path: String) throws -> UInt64 {
        try #require(FileManager.default.attributesOfItem(atPath: path)[.systemFileNumber] as? UInt64)
    }

    private static func bytes(_ path: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(filePath: path))) }

    /// Adds works, credits and retractions.
    private func change(_ store: Store, _ random: inout SeededGenerator, works: Range<Int>) async throws {
        for node in works {
            let parents = Set((0..<2).map { _ in UInt32.random(in: 0...UInt32(max(0, node - 1)), using: &random) })
            let links = node == 0 ? [] : parents.sorted().map { link($0) }
            try await store.write { transaction in
                _ = try transaction.insert(
                    RecordDraft(key: "w\(node)", createdAt: Int64(node), payload: [UInt8(node % 5)], parents: links),
                    in: transaction.namespace("works", ""))
            }
        }
        for _ in 0..<20 {
            let child = UInt32.random(in: 0..<UInt32(works.upperBound), using: &random)
            let parent = UInt32.random(in: 0..<UInt32(works.upperBound), using: &random)
            let late = ParentLink(parent: parent, kind: .collab, weight: 0.5, flags: [.late], at: 7)
            let retracts = Bool.random(using: &random)
            do {
                try await store.write(barrier: true) { transaction in
                    let namespace = try transaction.namespace("works", "")
                    _ = try transaction.addLateEdge(child: child, link: late, in: namespace)
                }
                if retracts {
                    try await store.write(barrier: true) { transaction in
                        let namespace = try transaction.namespace("works", "")
                        _ = try transaction.retractEdge(child: child, parent: parent, reason: "test", in: namespace)
                    }
                }
            } catch let error as EngineError {
                #expect([.cycle, .alreadyExists, .invalidArgument].contains(error.code), "\(error)")
            }
        }
        let snapshot = try #require(store.namespace("works", "")?.snapshot.lineage)
        for child in (0..<UInt32(works.upperBound)).shuffled(using: &random).prefix(5) {
            guard let parent = snapshot.parents(of: child).first?.parent else { continue }
            try await store.write(barrier: true) { transaction in
                let namespace = try transaction.namespace("works", "")
                _ = try transaction.retractEdge(child: child, parent: parent, reason: nil, in: namespace)
            }
        }
    }

    private func picture(_ store: Store) throws -> [[String]] {
        let lineage = try #require(store.namespace("works", "")?.snapshot.lineage)
        return (0..<UInt32(lineage.nodeCount)).map { node in
            lineage.allLinks(of: node).map { "\($0)" }.sorted()
                + ["\(lineage.children(of: node)) \(lineage.roots(of: node))"]
        }
    }

    @Test("a file that is whole is used, with what came after it from the rows")
    func used() async throws {
        let seed = testSeed()
        var random = SeededGenerator(seed: seed)
        let directory = TemporaryDirectory()
        var store = try openTestStore(directory)
        try await change(store, &random, works: 0..<80)
        var before = try picture(store)
        await store.close()
        let path = try Self.file(in: directory)
        let old = try Self.bytes(path)
        let identity = try Self.identity(path)

        store = try openTestStore(directory)
        #expect(try picture(store) == before, "seed \(seed)")
        await store.close()
        #expect(try Self.identity(path) == identity, "a file that covers everything is not written again")

        store = try openTestStore(directory)
        try await change(store, &random, works: 80..<120)
        before = try picture(store)
        await store.close()
        #expect(try Self.identity(path) != identity)
        // The older file again, as a crash before the last seal leaves it.
        try Data(old).write(to: URL(filePath: path))
        store = try openTestStore(directory)
        #expect(try picture(store) == before, "births, credits and retractions after the file's mark, seed \(seed)")
        await store.close()
    }

    @Test("a damaged file is refused and made again", arguments: damages.indices)
    func damaged(index: Int) async throws {
        let damage = Self.damages[index]
        let seed = testSeed()
        var random = SeededGenerator(seed: seed)
        let directory = TemporaryDirectory()
        var store = try openTestStore(directory)
        try await change(store, &random, works: 0..<60)
        let before = try picture(store)
        await store.close()
        let path = try Self.file(in: directory)
        let whole = try Self.bytes(path)
        if let bytes = damage.damage(whole) {
            try Data(bytes).write(to: URL(filePath: path))
        } else {
            try FileManager.default.removeItem(atPath: path)
        }
        store = try openTestStore(directory)
        #expect(try picture(store) == before, "\(damage), seed \(seed)")
        await store.close()
        #expect(try Self.bytes(path).count == whole.count, "\(damage): made again, seed \(seed)")
    }

    @Test("a file of another lineage is refused")
    func foreign() async throws {
        var random = SeededGenerator(seed: testSeed())
        let directories = [TemporaryDirectory(), TemporaryDirectory()]
        var pictures: [[[String]]] = []
        for directory in directories {
            let store = try openTestStore(directory)
            try await change(store, &random, works: 0..<50)
            pictures.append(try picture(store))
            await store.close()
        }
        let foreign = try Self.bytes(Self.file(in: directories[0]))
        try Data(foreign).write(to: URL(filePath: Self.file(in: directories[1])))
        let store = try openTestStore(directories[1])
        #expect(try picture(store) == pictures[1])
        await store.close()
    }
}
