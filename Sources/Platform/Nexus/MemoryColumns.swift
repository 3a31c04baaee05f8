import Engine
import Ranking
import Synchronization

/// What recall knows about a memory without reading its record: 80 bytes.
struct MemoryRow: Sendable {
    var createdAt: Int64
    /// `Int64.min` for a memory that was never used.
    var lastUsedAt: Int64
    /// `Int64.min` and `Int64.max` for open ends.
    var validFrom: Int64
    var validTo: Int64
    /// When the store learned of `validTo`; `Int64.min` when it knew from the start.
    var closedAt: Int64
    /// `Int64.max` for a memory that was not forgotten.
    var forgottenAt: Int64
    /// `Int64.max` for a memory that stays.
    var expiresAt: Int64
    var importance: Double
    var uses: UInt32
    /// Numbers of interned sets.
    var tags: UInt32
    var entities: UInt32
    var kind: MemoryKind
    var pinned: Bool
    var exists: Bool

    /// When the memory was made or last used.
    var lastTouch: Int64 { max(createdAt, lastUsedAt) }

    /// Whether the memory was stored and true at `time`, with what the store knew then. As `MemoryValidity` says it.
    func held(asOf time: Int64) -> Bool {
        guard createdAt <= time, time < forgottenAt, time < expiresAt, validFrom <= time else { return false }
        return time < validTo || closedAt > time
    }

    /// Whether the remembered thing is true at `time`, as the store knows now.
    func holds(at time: Int64) -> Bool {
        validFrom <= time && time < validTo && time < forgottenAt && time < expiresAt
    }

    var isForgotten: Bool { forgottenAt != Int64.max }

    func signals(ordinal: UInt32, cosine: Double) -> MemorySignals {
        MemorySignals(
            ordinal: ordinal, cosine: cosine, createdAt: createdAt,
            lastUsedAt: lastUsedAt == Int64.min ? nil : lastUsedAt, uses: Int(uses), importance: importance, kind: kind,
            pinned: pinned)
    }
}

/// The columns of one nexus at one moment: immutable, cheap to copy.
struct MemoryColumnsView: Sendable {
    /// By ordinal.
    fileprivate(set) var rows = ChunkedArray<MemoryRow>()
    /// Members of the interned sets, by number; number 0 is the empty set.
    fileprivate(set) var tagSets = ChunkedArray<[UInt32]>()
    fileprivate(set) var entitySets = ChunkedArray<[UInt32]>()
}

/// The memories of one nexus, as recall scans them.
///
/// Written on the store's writer queue (and by the loader), read from any thread: a reader takes ``view`` and holds no
/// lock afterwards. The view covers at least the rows of any namespace snapshot that was taken before it.
final class MemoryColumns: Sendable {
    private struct State {
        var view = MemoryColumnsView()
        var tags = LabelInterner()
        var entities = LabelInterner()

        init() {
            view.tagSets.append([])
            view.entitySets.append([])
        }
    }

    private let state = Mutex(State())
    private let nexusId: String
    private let schedule: ExpirySchedule

    init(nexusId: String, schedule: ExpirySchedule) {
        self.nexusId = nexusId
        self.schedule = schedule
    }

    var view: MemoryColumnsView { state.withLock { $0.view } }

    /// Takes a memory as the truth holds it now, new or changed.
    func set(_ ordinal: UInt32, _ payload: MemoryPayload, createdAt: Int64) {
        if let expiresAt = payload.expiresAt { schedule.note(nexusId, at: expiresAt) }
        state.withLock { state in
            let row = MemoryRow(
                createdAt: createdAt, lastUsedAt: payload.lastUsedAt ?? Int64.min,
                validFrom: payload.validFrom ?? Int64.min, validTo: payload.validTo ?? Int64.max,
                closedAt: payload.closedAt ?? Int64.min, forgottenAt: payload.forgottenAt ?? Int64.max,
                expiresAt: payload.expiresAt ?? Int64.max,
                importance: payload.importance, uses: UInt32(clamping: payload.uses),
                tags: state.tags.set(payload.tags, in: &state.view.tagSets),
                entities: state.entities.set(payload.entities, in: &state.view.entitySets), kind: payload.kind,
                pinned: payload.pinned, exists: true)
            while state.view.rows.count < Int(ordinal) { state.view.rows.append(Self.gap) }
            if state.view.rows.count == Int(ordinal) {
                state.view.rows.append(row)
            } else {
                state.view.rows[Int(ordinal)] = row
            }
        }
    }

    func remove(_ ordinal: UInt32) {
        state.withLock { $0.view.rows[Int(ordinal)] = Self.gap }
    }

    /// Numbers of labels, for a filter; labels that no memory carries are left out.
    func tagNumbers(_ labels: [String]) -> Set<UInt32> {
        state.withLock { state in Set(labels.compactMap { state.tags.numbers[$0] }) }
    }

    func entityNumbers(_ labels: [String]) -> Set<UInt32> {
        state.withLock { state in Set(labels.compactMap { state.entities.numbers[$0] }) }
    }

    /// An ordinal without a memory: deleted, or never used.
    private static let gap = MemoryRow(
        createdAt: 0, lastUsedAt: .min, validFrom: .min, validTo: .max, closedAt: .min, forgottenAt: .max,
        expiresAt: .max, importance: 0, uses: 0, tags: 0, entities: 0, kind: .event, pinned: false, exists: false)
}

/// Numbers for labels and for sets of labels, so that a row holds a set in four bytes.
private struct LabelInterner {
    private(set) var numbers: [String: UInt32] = [:]
    private var sets: [[UInt32]: UInt32] = [:]

    /// The number of a set of labels in `table`, added when it is new. The empty set is number 0.
    mutating func set(_ labels: [String], in table: inout ChunkedArray<[UInt32]>) -> UInt32 {
        guard !labels.isEmpty else { return 0 }
        var members = Set<UInt32>()
        for label in labels { members.insert(number(of: label)) }
        let key = members.sorted()
        if let known = sets[key] { return known }
        let next = UInt32(table.count)
        table.append(key)
        sets[key] = next
        return next
    }

    private mutating func number(of label: String) -> UInt32 {
        if let known = numbers[label] { return known }
        let next = UInt32(numbers.count)
        numbers[label] = next
        return next
    }
}
