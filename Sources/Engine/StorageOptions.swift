public import Storage
public import VectorIndex

/// How a store keeps what it is given; the defaults are right but for tests and unusual disks.
public struct StorageOptions: Sendable {
    /// Pages of 8,192 bytes in the write-ahead log before they are moved to the database.
    public var checkpointPages: Int
    /// Room that is kept free on the disk: below it, writes that grow the store are refused.
    public var floor: DiskFloor
    /// When the whole store is read again in the background; never when `nil`.
    public var scrub: Scrubber.Schedule?
    /// What graphs keep beside their vectors. Index files of another mode are used as they are until the new form is made,
    /// in the background.
    public var indexMode: IndexMode
    /// Told of each damage that the background reading finds.
    public var onDamage: @Sendable (Damage) -> Void
    /// Told when the operating system failed a commit or a sync. Nothing is known of what it dropped, so the process should
    /// end; the next one recovers every acknowledged write. Until then writes are refused.
    public var onFailedIO: @Sendable (EngineError) -> Void

    public init(
        checkpointPages: Int = 4_000, floor: DiskFloor = .automatic, scrub: Scrubber.Schedule? = nil,
        indexMode: IndexMode = .fast,
        onDamage: @escaping @Sendable (Damage) -> Void = { _ in },
        onFailedIO: @escaping @Sendable (EngineError) -> Void = { _ in }
    ) {
        self.checkpointPages = checkpointPages
        self.floor = floor
        self.scrub = scrub
        self.indexMode = indexMode
        self.onDamage = onDamage
        self.onFailedIO = onFailedIO
    }

    var stored: SQLiteStore.Options {
        var options = SQLiteStore.Options()
        options.checkpointPages = checkpointPages
        options.floor = floor
        options.onFailedIO = { [onFailedIO] in onFailedIO(EngineError(translating: $0)) }
        return options
    }
}
