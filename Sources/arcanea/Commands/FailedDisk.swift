import Engine
import Foundation

/// The end of a process whose disk failed to write or sync: what is on the disk is not known, so that nothing more may be
/// promised. The next start recovers every write that was answered.
enum FailedDisk {
    /// `EX_IOERR` of sysexits.h.
    static let exitStatus: Int32 = 74
    /// For the answers that are on their way, in microseconds.
    private static let lingering: UInt32 = 50_000

    /// Never returns: on the writer's thread, nothing more is asked of the disk.
    static let end: @Sendable (EngineError) -> Void = { error in
        Terminal.error(
            "arcanea: the disk failed: \(error.message)\n"
                + "arcanea: stopping with status \(exitStatus); the next start recovers every write that was answered\n"
        )
        usleep(lingering)
        _exit(exitStatus)
    }
}
