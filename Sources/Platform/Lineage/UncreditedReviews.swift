import Engine
import StrictJSON
import Synchronization

/// What a review decided about a possible uncredited remix.
public enum ReviewDecision: String, Sendable, CaseIterable {
    /// The work does derive from the other one: the credit is given.
    case accepted
    /// It does not: the pair is never raised again.
    case rejected
    /// Nothing is decided; takes an earlier decision back.
    case open
}

/// The body of a review.
public struct UncreditedReview: Sendable {
    public var decision: ReviewDecision
    /// Kind and weight of the credit, when it is given.
    public var kind: String
    public var weight: Double
    public var note: String?

    public init(_ decision: ReviewDecision, kind: String = "remix", weight: Double = 1, note: String? = nil) {
        self.decision = decision
        self.kind = kind
        self.weight = weight
        self.note = note
    }

    static let noteBytes = 1...1_024
}

/// A decision as answers show it.
public struct UncreditedReviewAnswer: Sendable, Encodable {
    /// The work that may derive from the other one.
    public var id: String
    public var otherId: String
    public var decision: String
    public var at: Timestamp
    public var note: String?
    /// Cosine of the two when the decision was made.
    public var cosine: Double?
    /// The credit that an accepted case became.
    public var edge: LineageLink?
}

/// All decisions, by pair. Made before the store opens, filled while it loads.
final class ReviewDirectory: Sendable {
    struct Decision: Sendable, Equatable {
        var decision: ReviewDecision
        var at: Int64
        var note: String?
        var cosine: Double?
    }

    private struct State {
        var decisions: [UInt64: Decision] = [:]
        var acceptedCount = 0
    }

    private let state = Mutex(State())

    /// Works are named by their numbers, which never change.
    static func key(_ work: UInt32, _ other: UInt32) -> String { "\(work)>\(other)" }

    func decision(_ work: UInt32, _ other: UInt32) -> Decision? {
        state.withLock { $0.decisions[Self.pair(work, other)] }
    }

    /// Others that were decided about for a work, ascending.
    func others(of work: UInt32) -> [UInt32] {
        state.withLock { state in
            state.decisions.keys.filter { $0 >> 32 == UInt64(work) }.map { UInt32(truncatingIfNeeded: $0) }.sorted()
        }
    }

    var acceptedCount: Int { state.withLock { $0.acceptedCount } }

    func set(_ work: UInt32, _ other: UInt32, _ decision: Decision?) {
        state.withLock { state in
            if state.decisions[Self.pair(work, other)]?.decision == .accepted { state.acceptedCount -= 1 }
            if decision?.decision == .accepted { state.acceptedCount += 1 }
            state.decisions[Self.pair(work, other)] = decision
        }
    }

    /// Takes a stored decision at start-up.
    ///
    /// - Throws: `dataLoss` when the record does not hold one.
    func load(_ record: LoadedRecord) throws {
        let works = record.key.split(separator: ">").compactMap { UInt32($0) }
        guard works.count == 2 else {
            throw EngineError(.dataLoss, "review \"\(record.key)\" does not name two works")
        }
        set(works[0], works[1], try Decision(decoding: record.payload, key: record.key))
    }

    private static func pair(_ work: UInt32, _ other: UInt32) -> UInt64 { UInt64(work) << 32 | UInt64(other) }
}

extension ReviewDirectory.Decision {
    private struct Stored: Encodable {
        var decision: String
        var at: Int64
        var note: String?
        var cosine: Double?
    }

    func encoded() throws -> [UInt8] {
        try JSONOutput.encode(Stored(decision: decision.rawValue, at: at, note: note, cosine: cosine))
    }

    init(decoding bytes: [UInt8], key: String) throws {
        do {
            var object = try JSONDocument(parsing: bytes).root.object()
            guard let decision = try object.optionalChoice("decision", of: ReviewDecision.self) else {
                throw object.missing("decision")
            }
            self.init(
                decision: decision, at: try object.optionalInt("at", in: Int.min...Int.max).map(Int64.init) ?? 0,
                note: try object.optionalString("note", bytes: 0...Int.max),
                cosine: try object.optionalDouble("cosine"))
        } catch {
            throw EngineError(.dataLoss, "review \"\(key)\" cannot be read: \(error)")
        }
    }
}
