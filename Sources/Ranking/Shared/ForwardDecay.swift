#if canImport(Glibc)
    import Glibc
#else
    import Foundation
#endif

/// Forward decay (Cormode, Shkapenyuk, Srivastava, Xu: "Forward decay", ICDE 2009) with base 2, in the log domain.
///
/// An event of weight w at time t adds w · 2^((t - L) / h) to a sum A, L being a fixed landmark and h the
/// half-life. The order of two sums never changes by time passing, so a list ranked by A needs work only on events;
/// the decayed value at `now` is A · 2^(-(now - L) / h). State per work is one number, log2 A, so nothing can
/// overflow however far events lie from the landmark.
public struct ForwardDecay: Sendable, Equatable {
    /// Half-life in milliseconds, above 0.
    public let halfLifeMs: Double
    /// The landmark, in milliseconds since 1970.
    public let landmark: Int64

    /// log2 of an empty sum.
    public static let empty = -Double.infinity

    public init(halfLifeMs: Double, landmark: Int64 = 0) {
        precondition(halfLifeMs > 0 && halfLifeMs.isFinite, "a half-life is a positive time")
        self.halfLifeMs = halfLifeMs
        self.landmark = landmark
    }

    /// log2 A after one more event; `log2Sum` unchanged when `weight` is not positive. O(1).
    public func adding(weight: Double, at time: Int64, to log2Sum: Double) -> Double {
        guard weight > 0, weight.isFinite else { return log2Sum }
        return ForwardDecay.log2Sum(log2Sum, log2(weight) + halvings(from: landmark, to: time))
    }

    /// The decayed sum at `now`; 0 when empty.
    public func value(log2Sum: Double, at now: Int64) -> Double {
        exp2(log2Sum - halvings(from: landmark, to: now))
    }

    /// The same sum as seen from another landmark.
    public func log2Sum(_ log2Sum: Double, movedTo newLandmark: Int64) -> Double {
        log2Sum - halvings(from: landmark, to: newLandmark)
    }

    private func halvings(from start: Int64, to end: Int64) -> Double {
        Double(end - start) / halfLifeMs
    }

    /// log2(2^a + 2^b) without leaving the log domain.
    static func log2Sum(_ a: Double, _ b: Double) -> Double {
        let larger = max(a, b)
        guard larger > -Double.infinity else { return larger }
        return larger + log1p(exp2(min(a, b) - larger)) * 1.442_695_040_888_963_4  // log2(e)
    }
}

/// One decayed sum together with its decay: convenient where memory does not matter.
public struct ForwardDecayCounter: Sendable, Equatable {
    public private(set) var decay: ForwardDecay
    /// log2 of the undecayed sum: the sort key among counters of the same decay.
    public private(set) var log2Sum = ForwardDecay.empty

    public init(decay: ForwardDecay) {
        self.decay = decay
    }

    public mutating func add(weight: Double, at time: Int64) {
        log2Sum = decay.adding(weight: weight, at: time, to: log2Sum)
    }

    public func value(at now: Int64) -> Double {
        decay.value(log2Sum: log2Sum, at: now)
    }

    /// Moves the landmark; values do not change.
    public mutating func move(landmark: Int64) {
        log2Sum = decay.log2Sum(log2Sum, movedTo: landmark)
        decay = ForwardDecay(halfLifeMs: decay.halfLifeMs, landmark: landmark)
    }
}
