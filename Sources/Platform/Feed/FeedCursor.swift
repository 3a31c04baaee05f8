import Engine

/// Where a feed goes on: what its earlier pages showed, and the moment and seed that they were made with.
///
/// The cursor holds the works themselves, so that the server keeps no state per feed and no work comes twice however many
/// events arrive between the pages. It is bound to its viewer.
struct FeedCursor: Equatable {
    /// Works of all pages of one feed. The feed ends there.
    static let servedMax = 2_000

    struct Served: Equatable {
        var work: UInt32
        /// Whether the work could fill an exploration place.
        var explorable: Bool
    }

    /// Milliseconds since 1970 UTC.
    var now: Int64
    var seed: UInt64
    /// In the order shown.
    var served: [Served]

    /// - Parameter viewerId: `nil` for an anonymous feed.
    func encoded(viewerId: String?) -> String {
        var cursor = CursorWriter(kind: .feed, owner: Self.owner(viewerId))
        cursor.append(UInt64(bitPattern: now))
        cursor.append(seed)
        cursor.append(UInt64(served.count))
        for entry in served { cursor.append(UInt64(entry.work) << 1 | (entry.explorable ? 1 : 0)) }
        return cursor.text
    }

    init(now: Int64, seed: UInt64, served: [Served]) {
        self.now = now
        self.seed = seed
        self.served = served
    }

    /// - Parameter workCount: works that exist; a cursor that names others is refused.
    /// - Throws: `invalidArgument` for field `cursor`.
    init(decoding text: String, viewerId: String?, workCount: Int) throws {
        var cursor = try CursorReader(text, kind: .feed, owner: Self.owner(viewerId))
        now = Int64(bitPattern: try cursor.number())
        guard ArgumentCheck.years.contains(now) else { throw CursorReader.broken }
        seed = try cursor.number()
        let count = try cursor.number()
        guard count <= UInt64(Self.servedMax) else { throw CursorReader.broken }
        served = []
        for _ in 0..<count {
            let entry = try cursor.number()
            guard let work = UInt32(exactly: entry >> 1), Int(work) < workCount else { throw CursorReader.broken }
            served.append(Served(work: work, explorable: entry & 1 == 1))
        }
        try cursor.finish()
    }

    /// Viewers have at least one byte, so this is nobody's.
    private static func owner(_ viewerId: String?) -> String { viewerId.map { "viewer:" + $0 } ?? "anonymous" }
}
