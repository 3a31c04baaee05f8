import Foundation

/// SQLite's write-ahead log, looked at as a file before SQLite reads it.
///
/// SQLite takes the log up to the first frame that fails its checksum and drops the rest without a word: right for what a
/// crash cut off, wrong for a bit that flipped in the middle, which takes every later commit with it. The two can be told
/// apart: a commit is synced before the next one is written, so frames behind a bad one that belong to a later commit show
/// that the bad one was good once.
enum LogFile {
    private static let headerSize = 32
    private static let frameHeaderSize = 24

    /// A bad frame that commits follow.
    struct Damage: Equatable {
        /// Its place, from 1; 0 is the log's own header.
        var frame: Int
        /// Bytes before it, which are good.
        var intactBytes: Int
        /// Commits from the bad frame on, which SQLite would drop.
        var commits: Int
    }

    /// Readies the log of a store that was not closed, such as one whose process was killed.
    ///
    /// Every byte is written anew and synced. After a failed fsync the kernel takes the pages for clean, and they read well
    /// until the power goes; commits written behind such a hole would be lost with it, although they were synced.
    ///
    /// - Throws: `corrupt` when a damaged frame would make SQLite drop commits that were acknowledged; `io`.
    static func renew(database: String) throws(StorageError) {
        let path = database + "-wal"
        guard let bytes = try FileIO.read(path), !bytes.isEmpty else { return }
        if let damage = bytes.withUnsafeBytes(damage) { throw damage.error(path) }
        let descriptor = open(path, O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileIO.failure("open", path) }
        defer { close(descriptor) }
        guard FileIO.writeAll(descriptor, bytes) else { throw FileIO.failure("write", path) }
        try FileIO.sync(descriptor, path)
    }

    /// The first frame that hides commits, or `nil` when SQLite will see all that were synced.
    ///
    /// The last commit is the exception: damage in it looks like a crash before its sync.
    static func damage(in log: UnsafeRawBufferPointer) -> Damage? {
        guard log.count >= headerSize else { return nil }
        func word(_ offset: Int) -> UInt32 {
            UInt32(bigEndian: log.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
        }
        let isBigEndian = word(0) & 1 == 1
        let pageSize = Int(word(8))
        var sum = Sum(isBigEndian: isBigEndian)
        sum.add(UnsafeRawBufferPointer(rebasing: log[..<24]))
        let magic: UInt32 = 0x377F_0682
        guard word(0) & ~1 == magic, (512...65_536).contains(pageSize), pageSize & (pageSize - 1) == 0,
            sum == Sum(word(24), word(28), isBigEndian: isBigEndian)
        else { return damagedHeader(log, word) }
        let salts = (word(16), word(20))
        let size = frameHeaderSize + pageSize
        let count = (log.count - headerSize) / size
        func start(_ frame: Int) -> Int { headerSize + frame * size }
        func isOurs(_ frame: Int) -> Bool { (word(start(frame) + 8), word(start(frame) + 12)) == salts }
        func isCommit(_ frame: Int) -> Bool { word(start(frame) + 4) != 0 }
        func damage(_ frame: Int) -> Damage {
            let commits = (frame..<count).count { isCommit($0) && (isOurs($0) || $0 == frame) }
            return Damage(frame: frame + 1, intactBytes: start(frame), commits: max(1, commits))
        }
        var firstBad: Int?
        var hasEnded = false
        /// Of the last good commit: the database's pages, and the place.
        var last: (pages: UInt32, frame: Int) = (0, -1)
        for frame in 0..<count {
            if firstBad == nil {
                let place = start(frame)
                let before = sum
                let head = UnsafeRawBufferPointer(rebasing: log[place..<place + 8])
                let page = UnsafeRawBufferPointer(rebasing: log[place + frameHeaderSize..<place + size])
                let stored = Sum(word(place + 16), word(place + 20), isBigEndian: isBigEndian)
                sum.add(head)
                sum.add(page)
                if sum == stored && isOurs(frame) {
                    if isCommit(frame) { last = (word(place + 4), frame) }
                    continue
                }
                // Left from an earlier use of the file, a frame would not continue the sums: the salts are what changed, or,
                // in a commit that was cut off, the sector that they lie in is old.
                if sum == stored {
                    firstBad = frame
                    hasEnded = isCommit(frame)
                    continue
                }
                // The mark of a commit may be what changed: without it the next one would look like the rest of this one. A
                // commit adds at most one page per frame, and one that was cut off has none of ours behind it: the sums
                // alone are too weak, as a page of which some sectors are old can agree with them by chance.
                if isOurs(frame), !isCommit(frame), frame + 1 < count, isOurs(frame + 1),
                    before.lacksMark(head, page, stored, last.pages...last.pages + UInt32(frame - last.frame))
                {
                    return damage(frame)
                }
                firstBad = frame
            }
            guard isOurs(frame), let bad = firstBad else { continue }
            // A frame behind the end of a commit belongs to a later one.
            if hasEnded { return damage(bad) }
            hasEnded = isCommit(frame)
        }
        return nil
    }

    /// A header is written and synced before any frame, and lies in one sector: a bad one with commits behind it is damage.
    private static func damagedHeader(_ log: UnsafeRawBufferPointer, _ word: (Int) -> UInt32) -> Damage? {
        // One that never reached the disk.
        guard !log.prefix(headerSize).allSatisfy({ $0 == 0 }) else { return nil }
        // The page size itself may be what is damaged: ours is known.
        let size = frameHeaderSize + Schema.pageSize
        let count = (log.count - headerSize) / size
        let commits = (0..<count).count { word(headerSize + $0 * size + 4) != 0 }
        return commits > 0 ? Damage(frame: 0, intactBytes: 0, commits: commits) : nil
    }

    /// The checksum of the log's format: two running sums over pairs of words.
    private struct Sum: Equatable {
        private var first: UInt32 = 0
        private var second: UInt32 = 0
        private let isBigEndian: Bool

        init(_ first: UInt32 = 0, _ second: UInt32 = 0, isBigEndian: Bool) {
            self.first = first
            self.second = second
            self.isBigEndian = isBigEndian
        }

        /// - Precondition: the count of bytes is a multiple of 8.
        mutating func add(_ bytes: UnsafeRawBufferPointer) {
            for offset in stride(from: 0, to: bytes.count, by: 8) {
                first = first &+ word(bytes, offset) &+ second
                second = second &+ word(bytes, offset + 4) &+ first
            }
        }

        /// Whether one bit more, in the frame's second number, would make its sum right: a number of pages in a range.
        func lacksMark(
            _ head: UnsafeRawBufferPointer, _ page: UnsafeRawBufferPointer, _ wanted: Sum, _ pages: ClosedRange<UInt32>
        ) -> Bool {
            (0..<32).contains { bit in
                let mark = UInt32(1) << UInt32(bit)
                guard pages.contains(mark) else { return false }
                var sum = self
                var fixed = Array(head)
                withUnsafeBytes(of: mark.bigEndian) { fixed.replaceSubrange(4..<8, with: $0) }
                fixed.withUnsafeBytes { sum.add($0) }
                sum.add(page)
                return sum == wanted
            }
        }

        private func word(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> UInt32 {
            let word = bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
            return isBigEndian ? UInt32(bigEndian: word) : UInt32(littleEndian: word)
        }
    }
}

extension LogFile.Damage {
    func error(_ path: String) -> StorageError {
        let place = frame == 0 ? "the log's header" : "frame \(frame) of the log"
        let remedy =
            frame == 0
            ? "Restore a backup, or move the log away to open the store without them"
            : "Restore a backup, or cut the log to \(intactBytes) bytes to open the store without them"
        return StorageError(
            .corrupt, "\(place) is damaged: \(commits) commits that were acknowledged cannot be read. \(remedy)",
            path: path)
    }
}
