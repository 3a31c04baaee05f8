import Storage

/// How a store keeps what it is given.
public struct StoreHealth: Sendable {
    /// Bytes free on the disk, and bytes that are kept free; `nil` when the file system does not say.
    public var freeBytes: Int?
    public var floorBytes: Int?
    /// False when the disk is at its floor: writes that grow the store are refused.
    public var acceptsWrites: Bool
    /// Transactions that were made durable since the store was opened, and the requests in them.
    public var commits: Int
    public var requests: Int
    /// Bytes that deletions freed and that were given back to the disk since the store was opened.
    public var reclaimedBytes: Int
    /// What the reading in the background has done since then.
    public var scrubPasses: Int
    public var scrubRows: Int
    public var scrubBytes: Int
    /// Damages found, counted in every pass that sees them.
    public var scrubErrors: Int
    /// Damages that are known now.
    public var damages: Int

    init(_ space: DiskSpace?, _ counters: CommitQueue.Counters?, _ scrub: Scrubber.Status?) {
        freeBytes = space?.free
        floorBytes = space?.floor
        acceptsWrites = space?.acceptsWrites ?? true
        commits = counters?.commits ?? 0
        requests = counters?.requests ?? 0
        reclaimedBytes = counters?.reclaimedBytes ?? 0
        scrubPasses = scrub?.passes ?? 0
        scrubRows = scrub?.rows ?? 0
        scrubBytes = scrub?.bytes ?? 0
        scrubErrors = scrub?.damages ?? 0
        damages = scrub?.present ?? 0
    }
}
