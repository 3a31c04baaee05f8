import Foundation
import Synchronization

/// Reads the whole store again and again in the background, slowly, so that damage is found while there is a backup to go
/// back to.
///
/// Rows are read in pages of a moment each: a view that lasted the whole pass would keep the log from being begun anew. The
/// digest of a namespace is compared when nothing was written to it meanwhile.
public final class Scrubber: Sendable {
    /// How and when.
    public struct Schedule: Sendable {
        /// Read in a second at most.
        public var bytesPerSecond: Int
        /// Before the first pass.
        public var delay: Duration
        /// From the end of a pass to the next.
        public var interval: Duration

        public init(
            bytesPerSecond: Int = 20 << 20, delay: Duration = .seconds(60), interval: Duration = .seconds(86_400)
        ) {
            self.bytesPerSecond = max(1, bytesPerSecond)
            self.delay = delay
            self.interval = interval
        }
    }

    /// What it has done since the store was opened.
    public struct Status: Sendable, Equatable {
        public var passes = 0
        public var rows = 0
        public var bytes = 0
        /// Damages found, counted in every pass that sees them.
        public var damages = 0
        /// Damages that the last whole pass has seen, or the running one if that are more.
        public var present = 0

        public init() {}
    }

    private static let pageRows = 256

    private let readers: Readers
    private let files: DerivedFiles
    private let schedule: Schedule
    private let check: @Sendable (String) throws -> Void
    private let onDamage: @Sendable (Damage) -> Void
    private let state = Mutex(Status())
    private let task = Mutex<Task<Void, Never>?>(nil)

    /// - Parameters:
    ///   - check: throws when a derived file with sums of another module is damaged.
    ///   - onDamage: told of each damage in each pass.
    public init(
        readers: Readers, files: DerivedFiles, schedule: Schedule, check: @escaping @Sendable (String) throws -> Void,
        onDamage: @escaping @Sendable (Damage) -> Void
    ) {
        self.readers = readers
        self.files = files
        self.schedule = schedule
        self.check = check
        self.onDamage = onDamage
    }

    public var status: Status { state.withLock { $0 } }

    /// Begins; does nothing when it runs.
    public func start() {
        task.withLock { task in
            guard task == nil else { return }
            task = Task.detached(priority: .background) { [self] in
                try? await Task.sleep(for: schedule.delay)
                while !Task.isCancelled {
                    await pass()
                    try? await Task.sleep(for: schedule.interval)
                }
            }
        }
    }

    /// Ends after the page that is being read.
    public func stop() async {
        let running = task.withLock { $0 }
        running?.cancel()
        await running?.value
    }

    /// Reads everything once.
    public func pass() async {
        var found = 0
        func report(_ damages: [Damage]) {
            for damage in damages { onDamage(damage) }
            found += damages.count
            state.withLock { state in
                state.damages += damages.count
                state.present = max(state.present, found)
            }
        }
        do {
            for namespace in try readers.namespaces() {
                for table in [ScrubbedTable.record, .edge] {
                    report(try await scan(table, namespace: namespace))
                    if Task.isCancelled { return }
                }
            }
            report(try await scan(.event, namespace: nil))
        } catch is CancellationError {
            return
        } catch {
            // A head row or the database's structure: nothing behind it can be read.
            report([Damage(.truth, Schema.fileName, "\(error)")])
        }
        for name in (try? DerivedFiles.names(in: files.directory)) ?? [] {
            if Task.isCancelled { return }
            report(await look(at: name))
        }
        state.withLock { state in
            state.passes += 1
            state.present = found
        }
    }

    private func scan(_ table: ScrubbedTable, namespace: StoredNamespace?) async throws -> [Damage] {
        var damages: [Damage] = []
        var page = ScrubPage(after: Int64.min)
        if let namespace { page = ScrubPage(after: (namespace.id << 32) - 1) }
        let end = namespace.map { ($0.id + 1) << 32 } ?? Int64.max
        var (count, digest) = (0, UInt64(0))
        repeat {
            page = try readers.read { try $0.scrub(table, from: page.last, below: end, rows: Self.pageRows) }
            count += page.count
            digest &+= page.digest
            damages += page.damages
            state.withLock { [page] state in
                state.rows += page.count
                state.bytes += page.bytes
            }
            try await pause(page.bytes)
        } while page.count == Self.pageRows
        // Written to in the meantime: the sum is of no single moment.
        guard let namespace, let now = try readers.read({ try $0.namespace(namespace.id) }), now.seq == namespace.seq,
            damages.isEmpty
        else { return damages }
        let (expected, sum) =
            table == .record ? (now.recordCount, now.recordDigest) : (now.edgeCount, now.edgeDigest)
        if count != expected || digest != sum {
            damages.append(
                Damage(
                    .truth, "\(table.rawValue)s of namespace \(namespace.id)",
                    "they are not those that were stored: \(count) where \(expected) are counted"))
        }
        return damages
    }

    private func look(at name: String) async -> [Damage] {
        let bytes = FileIO.size(files.directory + "/" + name)
        var damages: [Damage] = []
        do {
            if name.hasSuffix(".segment") { try check(name) } else { _ = try files.read(name) { _ in } }
        } catch {
            damages.append(Damage(.derived, name, (error as? StorageError)?.message ?? "\(error)"))
        }
        state.withLock { $0.bytes += bytes }
        try? await pause(bytes)
        return damages
    }

    private func pause(_ bytes: Int) async throws {
        try await Task.sleep(for: .nanoseconds(Int64(Double(bytes) / Double(schedule.bytesPerSecond) * 1e9)))
    }
}

/// A table whose rows are read page by page.
enum ScrubbedTable: String, Sendable {
    case record, edge, event
}

/// Some rows in the order of their ids.
struct ScrubPage {
    var last: Int64
    var count = 0
    var digest: UInt64 = 0
    var bytes = 0
    var damages: [Damage] = []

    init(after id: Int64) { last = id }
}

extension ReadSnapshot {
    /// Reads some rows behind an id, and goes on after a damaged one.
    func scrub(
        _ table: ScrubbedTable, from last: Int64, below end: Int64, rows: Int
    ) throws(StorageError) -> ScrubPage {
        let (columns, id, checksum): (String, Int32, Int32) =
            switch table {
            case .record: (RecordRows.columns, 0, 10)
            case .edge: (EdgeRows.columns, 9, 7)
            case .event: (EventRows.columns, 6, 5)
            }
        let statement = try connection.statement(
            "SELECT \(columns) FROM \(table.rawValue) NOT INDEXED WHERE id > ? AND id < ? ORDER BY id LIMIT ?")
        statement.bind(1, last)
        statement.bind(2, end)
        statement.bind(3, Int64(rows))
        defer { statement.reset() }
        var page = ScrubPage(after: last)
        while try statement.step() {
            page.last = statement.int64(id)
            page.count += 1
            page.digest &+= statement.uint64(checksum)
            do throws(StorageError) {
                switch table {
                case .record: _ = try RecordRows.read(statement)
                case .edge: _ = try EdgeRows.read(statement, namespace: page.last >> 32)
                case .event: _ = try EventRows.read(statement)
                }
            } catch {
                page.damages.append(Damage(.truth, "\(table.rawValue)s", error.message))
            }
            for column in 0..<statement.columnCount { page.bytes += statement.byteCount(column) }
        }
        return page
    }
}
