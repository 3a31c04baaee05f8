import Foundation
import Synchronization

/// Room that is kept free on the disk of a store, so that it is never used to the last byte.
public enum DiskFloor: Sendable, Equatable {
    /// 5 % of the disk or 1 GiB, whichever is less.
    case automatic
    case bytes(Int)
    /// In 0…1.
    case share(Double)

    static let none = DiskFloor.bytes(0)

    func bytes(ofTotal total: Int) -> Int {
        switch self {
        case .automatic: min(total / 20, 1 << 30)
        case .bytes(let bytes): bytes
        case .share(let share): Int(Double(total) * share)
        }
    }
}

/// What is known of the room on a store's disk.
public struct DiskSpace: Sendable, Equatable {
    /// Bytes that this process may still use.
    public var free: Int
    /// Bytes that are to stay free.
    public var floor: Int

    public var acceptsWrites: Bool { free >= floor }
}

/// Refuses writes before the disk is full, and keeps a reserve for those that make room.
///
/// A full disk is hard to leave: removing needs space too. So writes that grow the store end at the floor, and a reserve
/// file is given back when others fill the disk to the last byte.
final class DiskGuard: Sendable {
    static let reserveName = "reserve"
    /// Time between two tries to have the reserve again.
    private static let retryInterval = Duration.seconds(2)

    private let directory: String
    private let floor: DiskFloor
    private let reserveSize: Int
    private let nextTry = Mutex(ContinuousClock.now)

    init(directory: String, floor: DiskFloor, reserveSize: Int) {
        self.directory = directory
        self.floor = floor
        self.reserveSize = reserveSize
    }

    /// `nil` when the file system does not say; then nothing is refused.
    var space: DiskSpace? {
        var status = statvfs()
        guard statvfs(directory, &status) == 0 else { return nil }
        let block = Int(status.f_frsize)
        return DiskSpace(
            free: Int(status.f_bavail) * block, floor: floor.bytes(ofTotal: Int(status.f_blocks) * block))
    }

    /// Why a write that grows the store is refused now; `nil` when it is not.
    func refusal() -> StorageError? {
        guard let space, !space.acceptsWrites else { return nil }
        return StorageError(
            .full,
            "the disk has \(space.free >> 20) MiB free and \(space.floor >> 20) MiB are kept free: writes are refused until "
                + "there is room; reads go on, and so do deletes", path: directory)
    }

    // MARK: Reserve

    private var reserve: String { directory + "/" + Self.reserveName }

    /// Makes the reserve when there is none and room for it.
    func keepReserve() {
        guard reserveSize > 0 else { return }
        let isDue = nextTry.withLock { time in
            guard ContinuousClock.now >= time else { return false }
            time = .now + Self.retryInterval
            return true
        }
        guard isDue, FileIO.size(reserve) < reserveSize, let space, space.free >= space.floor + reserveSize else {
            return
        }
        let descriptor = open(reserve, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return }
        // Blocks that are there, not a hole. A failure leaves no reserve, which is what there was before.
        if posix_fallocate(descriptor, 0, reserveSize) != 0 { unlink(reserve) }
        close(descriptor)
    }

    /// Gives the reserve back to the disk.
    ///
    /// - Returns: false when there was none.
    func releaseReserve() -> Bool { unlink(reserve) == 0 }
}
