import Foundation
import TestSupport
import Testing

@testable import Storage

@Suite struct ScrubberTests {
    private static func scrubber(
        _ test: TestStore, _ found: Journal<Damage>, bytesPerSecond: Int = 1 << 30
    ) -> Scrubber {
        Scrubber(
            readers: test.store.readers, files: test.store.derivedFiles,
            schedule: Scrubber.Schedule(bytesPerSecond: bytesPerSecond, delay: .zero, interval: .seconds(3_600)),
            check: { name in if name == "index-9.segment" { throw StorageError(.corrupt, "bad") } },
            onDamage: { found.append($0) })
    }

    private static func filled() throws -> TestStore {
        let test = try TestStore()
        try test.store.commits.runNow { [namespace = test.namespace] session in
            let seq = try session.bumpSeq(namespace: namespace)
            for number in 0..<600 {
                let ordinal = try session.insertRecord(.plain("key-\(number)"), namespace: namespace, seq: seq)
                guard ordinal > 0 else { continue }
                let edge = StoredEdge(child: ordinal, parent: 0, kind: 1, weight: 0.5, flags: 0, at: 7, seq: seq)
                try session.insertEdge(edge, namespace: namespace)
            }
            _ = try session.insertEvent(StoredEvent(viewer: "v", target: "t", kind: "view", weight: 1, at: 3))
        }
        try test.store.derivedFiles.write("lineage-1.edges", seq: 1, count: 1, [1, 2, 3])
        return test
    }

    @Test func aPassReadsEverythingAndFindsNothingInAWholeStore() async throws {
        let test = try Self.filled()
        let found = Journal<Damage>()
        let scrubber = Self.scrubber(test, found)
        await scrubber.pass()
        #expect(found.entries.isEmpty, "\(found.entries)")
        #expect(
            scrubber.status.passes == 1 && scrubber.status.rows == 600 + 599 + 1 && scrubber.status.bytes > 600 * 30)
    }

    @Test(arguments: [
        "UPDATE record SET payload = x'00' WHERE key = 'key-3'", "DELETE FROM record WHERE key = 'key-599'",
        "UPDATE edge SET weight = 0.25 WHERE child = 300", "DELETE FROM edge WHERE child = 3",
        "UPDATE event SET weight = 2", "UPDATE namespace SET seq = 0",
    ])
    func damageIsFoundInEachPass(sql: String) async throws {
        let test = try Self.filled()
        try test.tamper(sql)
        let found = Journal<Damage>()
        let scrubber = Self.scrubber(test, found)
        await scrubber.pass()
        #expect(found.entries.count == 1 && found.entries.first?.kind == .truth, "\(found.entries)")
        await scrubber.pass()
        #expect(scrubber.status.damages == 2 && scrubber.status.present == 1)
    }

    @Test func damagedFilesAreFound() async throws {
        let test = try Self.filled()
        let path = test.path + "/lineage-1.edges"
        var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        bytes[65] ^= 1
        try bytes.write(to: URL(fileURLWithPath: path))
        try Data([1]).write(to: URL(fileURLWithPath: test.path + "/index-9.segment"))
        let found = Journal<Damage>()
        await Self.scrubber(test, found).pass()
        #expect(found.entries.map(\.subject) == ["index-9.segment", "lineage-1.edges"])
        #expect(found.entries.allSatisfy { $0.kind == .derived })
    }

    /// Writes between the pages change the sums; that is not damage.
    @Test func writesMeanwhileAreNotDamage() async throws {
        let test = try Self.filled()
        let found = Journal<Damage>()
        // Slow enough that the writes fall into the pass.
        let scrubber = Self.scrubber(test, found, bytesPerSecond: 200_000)
        async let pass: Void = scrubber.pass()
        var written = 0
        while scrubber.status.passes == 0, written < 2_000 {
            try test.insert(.plain("new-\(written)"))
            written += 1
            try await Task.sleep(for: .milliseconds(2))
        }
        await pass
        #expect(found.entries.isEmpty && written > 3, "\(found.entries)")
    }

    @Test func stoppingEndsTheRunningPass() async throws {
        let test = try Self.filled()
        let found = Journal<Damage>()
        let scrubber = Self.scrubber(test, found, bytesPerSecond: 1)
        scrubber.start()
        while scrubber.status.rows == 0 { try await Task.sleep(for: .milliseconds(1)) }
        await scrubber.stop()
        #expect(scrubber.status.passes == 0 && found.entries.isEmpty)
    }
}
