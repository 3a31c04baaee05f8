import Foundation
import TestSupport
import Testing

@testable import Storage

@Suite struct DerivedFileTests {
    private let directory = TemporaryDirectory()
    private var files: DerivedFiles { DerivedFiles(directory: directory.path) }
    private func url(_ name: String) -> URL { URL(fileURLWithPath: directory.appending(name)) }

    @Test(arguments: [0, 1, 65_535, 65_536, 65_537, 200_000])
    func comesBackAsWritten(size: Int) throws {
        let seed = testSeed()
        var generator = SeededGenerator(seed: seed)
        let payload = (0..<size).map { _ in UInt8.random(in: 0...255, using: &generator) }
        try files.write("f", seq: 7, count: 9, [1, 2, 3])
        try files.write("f", seq: UInt64(size), count: 3, payload)
        let found = try files.readWithHeader("f") { ($0, Array($1)) }
        #expect(found?.0 == DerivedFiles.Header(seq: UInt64(size), count: 3))
        #expect(found?.1 == payload, "seed \(seed)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path) == ["f"])
    }

    @Test func absenceIsNotDamage() throws {
        #expect(try files.read("none") { _ in 1 } == nil)
        try files.write("f", seq: 1, count: 1, [1])
        try files.remove("f")
        try files.remove("f")
        #expect(try files.read("f") { _ in 1 } == nil)
    }

    @Test func damageAtEveryByteIsRefused() throws {
        try files.write("f", seq: 1, count: 2, Array("a payload that is not long".utf8))
        let whole = try Data(contentsOf: url("f"))
        for position in whole.indices {
            for bit in 0..<8 {
                var damaged = whole
                damaged[position] ^= 1 << UInt8(bit)
                try damaged.write(to: url("f"))
                #expect(
                    storageCode { _ = try files.read("f") { _ in 1 } } == .corrupt, "bit \(bit) of byte \(position)")
            }
        }
    }

    @Test func everyCutAndEveryExtensionIsRefused() throws {
        try files.write("f", seq: 1, count: 2, [UInt8](repeating: 5, count: 100))
        let whole = try Data(contentsOf: url("f"))
        for length in 0..<whole.count {
            try whole.prefix(length).write(to: url("f"))
            #expect(storageCode { _ = try files.read("f") { _ in 1 } } == .corrupt, "cut to \(length)")
        }
        try (whole + [0]).write(to: url("f"))
        #expect(storageCode { _ = try files.read("f") { _ in 1 } } == .corrupt)
        try whole.write(to: url("f"))
        #expect(try files.read("f") { $0.count } == 100)
    }

    @Test func largeFilesAreVerifiedBlockByBlock() throws {
        let size = 3 * DerivedFiles.blockSize + 100
        try files.write("f", seq: 1, count: 2, [UInt8](repeating: 5, count: size))
        let whole = try Data(contentsOf: url("f"))
        for block in 0...3 {
            var damaged = whole
            damaged[64 + block * DerivedFiles.blockSize + 50] ^= 1
            try damaged.write(to: url("f"))
            do {
                _ = try files.read("f") { _ in 1 }
                Issue.record("damage in block \(block) was served")
            } catch let error as StorageError {
                #expect(error.code == .corrupt && error.message.contains("block \(block) "), "\(error)")
            }
        }
    }

    /// A crash before the rename leaves the old file and a part of the new one beside it.
    @Test func anUnfinishedReplacementLeavesTheOldFile() throws {
        try files.write("f", seq: 1, count: 1, [1, 2, 3])
        try Data([0, 1, 2]).write(to: url("f.new"))
        #expect(try files.read("f") { Array($0) } == [1, 2, 3])
        try files.write("f", seq: 2, count: 1, [4])
        #expect(try files.read("f") { Array($0) } == [4])
    }

    @Test func aFailedWriteLeavesTheOldFile() throws {
        try files.write("f", seq: 1, count: 1, [1])
        // A directory where the temporary file would be.
        try FileManager.default.createDirectory(
            atPath: directory.appending("f.new"), withIntermediateDirectories: false)
        #expect(storageCode { try files.write("f", seq: 2, count: 1, [2]) } == .io)
        #expect(try files.read("f") { Array($0) } == [1])
    }
}
