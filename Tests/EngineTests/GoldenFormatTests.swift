import Foundation
import Storage
import TestSupport
import Testing
import VectorIndex

@testable import Engine

/// Files that versions of this program wrote are read for ever, and those of versions to come are refused clearly.
@Suite struct GoldenFormatTests {
    private static let files = FileManager.default
    /// Every version whose files are kept.
    private static let versions = ["v1"]

    private static func golden(_ version: String, _ name: String) -> String {
        GoldenStore.folder.appending(path: "\(version)/\(name)").path
    }

    private static func expected(_ version: String) throws -> GoldenStore.Contents {
        try JSONDecoder().decode(
            GoldenStore.Contents.self, from: Data(contentsOf: URL(filePath: golden(version, "contents.json"))))
    }

    /// A copy, because opening a store writes to it.
    private static func copy(_ version: String, _ name: String) throws -> TemporaryDirectory {
        let directory = TemporaryDirectory()
        try files.copyItem(atPath: golden(version, name), toPath: directory.appending("store"))
        return directory
    }

    @Test(arguments: versions)
    func aBackupIsReadForEver(version: String) async throws {
        let directory = TemporaryDirectory()
        _ = try StoreMaintenance.restore(Self.golden(version, "backup"), to: directory.appending("store"))
        try await expectContents(directory, version)
    }

    @Test(arguments: versions)
    func aStoreIsReadForEver(version: String) async throws {
        try await expectContents(Self.copy(version, "store"), version)
    }

    /// Of a process that was killed: the rows are in SQLite's log.
    @Test(arguments: versions)
    func aStoreWithALogIsReadForEver(version: String) async throws {
        let directory = try Self.copy(version, "killed")
        #expect(Self.files.fileExists(atPath: directory.appending("store/arcanea.sqlite-wal")))
        var recorder = LoadRecorder()
        let store = try openTestStore(directory, &recorder)
        #expect(try GoldenStore.contents(store, recorder) == Self.expected(version))
        await store.close()
    }

    private func expectContents(_ directory: TemporaryDirectory, _ version: String) async throws {
        let report = try StoreMaintenance.verify(directory: directory.appending("store"), deep: true)
        #expect(report.damageCount == 0 && report.files == 2, "\(report)")
        var recorder = LoadRecorder()
        let store = try openTestStore(directory, &recorder)
        #expect(try GoldenStore.contents(store, recorder) == Self.expected(version))
        // Both derived files were used, not made again.
        let notes = try #require(store.namespace("notes", "notes"))
        #expect(notes.snapshot.index.sealedCount > 0)
        #expect(try #require(store.namespace("works", "")).writer.persistedLineageSeq > 0)
        try expectExactSearch(notes.snapshot)
        await store.close()
    }

    /// The graph of the file finds what a scan of the rows finds.
    private func expectExactSearch(_ snapshot: NamespaceSnapshot) throws {
        var random = SeededGenerator(seed: 1)
        for _ in 0..<10 {
            let query = random.vector(testDimension)
            var scanned: [(score: Float, ordinal: UInt32)] = []
            snapshot.scanScores(query) { scanned.append(($1, $0)) }
            let nearest = scanned.sorted { $0 < $1 }.prefix(3).map(\.ordinal)
            #expect(snapshot.search(query, k: 3).hits.map(\.ordinal) == nearest)
        }
    }

    // MARK: Versions to come

    /// The number of a format, as its file has it: what a newer program would have written.
    private struct Numbered: Sendable, CustomStringConvertible {
        var description: String
        /// In the name of the file.
        var suffix: String
        var offset: Int
        var message: String
    }

    private static let derived = [
        Numbered(description: "segment", suffix: ".segment", offset: 8, message: "version"),
        Numbered(description: "lineage", suffix: ".edges", offset: 8, message: "checksum"),
    ]

    /// A derived file of another version is told, and made again from the rows: no answer changes.
    @Test(arguments: derived)
    private func anotherVersionOfADerivedFileIsMadeAgain(file: Numbered) async throws {
        let directory = try Self.copy("v1", "store")
        let path = directory.appending("store")
        let name = try #require(Self.files.contentsOfDirectory(atPath: path).first { $0.hasSuffix(file.suffix) })
        let url = URL(filePath: path + "/" + name)
        var bytes = try Data(contentsOf: url)
        #expect(bytes[file.offset] == 1, "the format's number is where it was")
        bytes[file.offset] = 2
        try bytes.write(to: url)
        let report = try StoreMaintenance.verify(directory: path, deep: false)
        #expect(report.damages.map(\.subject) == [name] && !report.hasDamagedTruth)
        #expect(report.damages.first?.problem.contains(file.message) == true, "\(report.damages)")
        var recorder = LoadRecorder()
        let store = try openTestStore(directory, &recorder)
        #expect(try GoldenStore.contents(store, recorder) == Self.expected("v1"))
        await store.close()
    }

    /// A database of a newer program is refused, says so, and stays as it is.
    @Test func aNewerDatabaseIsRefused() throws {
        let directory = try Self.copy("v1", "store")
        let url = URL(filePath: directory.appending("store/arcanea.sqlite"))
        var bytes = try Data(contentsOf: url)
        // `user_version`: a big-endian number at byte 60 of SQLite's header.
        #expect(bytes[63] == 1)
        bytes[63] = 2
        try bytes.write(to: url)
        let error = #expect(throws: EngineError.self) { try openTestStore(directory) }
        #expect(error?.code == .failedPrecondition && error?.message.contains("format 2") == true)
        #expect(try Data(contentsOf: url) == bytes)
    }

    @Test func aNewerBackupIsRefused() throws {
        let (directory, target) = (try Self.copy("v1", "backup"), TemporaryDirectory())
        let url = URL(filePath: directory.appending("store/manifest.json"))
        let text = try String(contentsOf: url, encoding: .utf8)
        let newer = text.replacing("\"version\" : 1", with: "\"version\" : 2")
        #expect(newer != text)
        try Data(newer.utf8).write(to: url)
        let error = #expect(throws: EngineError.self) {
            try StoreMaintenance.restore(directory.appending("store"), to: target.appending("restored"))
        }
        #expect(error?.code == .failedPrecondition && error?.message.contains("2") == true)
        #expect(!Self.files.fileExists(atPath: target.appending("restored")))
    }

    // MARK: Generator

    /// Writes the files of this version, for `Tools/make-formats`. Those of a released version are never written again.
    @Test(.enabled(if: ProcessInfo.processInfo.environment["ARCANEA_WRITE_GOLDEN"] != nil))
    func writesTheGoldenFiles() async throws {
        let root = GoldenStore.folder.appending(path: GoldenStore.version)
        try? Self.files.removeItem(at: root)
        try Self.files.createDirectory(at: root, withIntermediateDirectories: true)
        let directory = TemporaryDirectory()
        let path = directory.appending("store")
        let store = try openTestStore(directory)
        try await GoldenStore.fill(store)
        try Self.files.createDirectory(at: root.appending(path: "killed"), withIntermediateDirectories: false)
        for name in ["arcanea.sqlite", "arcanea.sqlite-wal"] {
            try Self.files.copyItem(atPath: path + "/" + name, toPath: root.appending(path: "killed/\(name)").path)
        }
        try GoldenStore.seal(#require(store.namespace("notes", "notes")))
        await store.close()
        _ = try StoreMaintenance.backup(
            directory: path, to: root.appending(path: "backup").path, now: 1_700_000_000_000)
        try Self.files.createDirectory(at: root.appending(path: "store"), withIntermediateDirectories: false)
        for name in try Self.files.contentsOfDirectory(atPath: path)
        where !["lock", "reserve", "arcanea.sqlite-shm", "arcanea.sqlite-wal"].contains(name) {
            try Self.files.copyItem(atPath: path + "/" + name, toPath: root.appending(path: "store/\(name)").path)
        }
        var recorder = LoadRecorder()
        let reopened = try openTestStore(directory, &recorder)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let contents = try encoder.encode(GoldenStore.contents(reopened, recorder))
        try contents.write(to: root.appending(path: "contents.json"))
        await reopened.close()
    }
}
