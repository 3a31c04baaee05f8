/// Limits of a number, and how errors write them.
public struct NumberRange: Sendable, Equatable {
    public var lower: Double
    public var upper: Double
    /// True when `lower` itself is not allowed.
    public var isLowerOpen: Bool

    /// Any finite number.
    public static let any = NumberRange(
        lower: -.greatestFiniteMagnitude, upper: .greatestFiniteMagnitude, isLowerOpen: false)
    /// Both ends included.
    public static func closed(_ range: ClosedRange<Double>) -> NumberRange {
        NumberRange(lower: range.lowerBound, upper: range.upperBound, isLowerOpen: false)
    }
    /// Above `lower`, up to and including `upper`.
    public static func above(_ lower: Double, upTo upper: Double = .greatestFiniteMagnitude) -> NumberRange {
        NumberRange(lower: lower, upper: upper, isLowerOpen: true)
    }
    /// `lower` and everything above it.
    public static func atLeast(_ lower: Double) -> NumberRange {
        NumberRange(lower: lower, upper: .greatestFiniteMagnitude, isLowerOpen: false)
    }

    public func contains(_ value: Double) -> Bool {
        (isLowerOpen ? value > lower : value >= lower) && value <= upper
    }

    /// `0…1`, `> 0, ≤ 1`, `≥ 0`; `nil` for any number.
    public var limit: String? {
        let hasLower = lower != -.greatestFiniteMagnitude
        let hasUpper = upper != .greatestFiniteMagnitude
        switch (hasLower, hasUpper) {
        case (false, false): return nil
        case (true, true) where !isLowerOpen: return "\(JSONNumber.text(lower))…\(JSONNumber.text(upper))"
        default:
            var parts: [String] = []
            if hasLower { parts.append((isLowerOpen ? "> " : "≥ ") + JSONNumber.text(lower)) }
            if hasUpper { parts.append("≤ " + JSONNumber.text(upper)) }
            return parts.joined(separator: ", ")
        }
    }

    /// What errors ask for: `a number in 0…1`.
    var expectation: String {
        guard let limit else { return "a number" }
        return limit.contains("…") ? "a number in \(limit)" : "a number \(limit)"
    }
}

/// Numbers as JSON writes them.
enum JSONNumber {
    /// Shortest text that reads back as the same double; whole values without `.0`.
    static func text(_ value: Double) -> String {
        var text = value.description
        if text.hasSuffix(".0") { text.removeLast(2) }
        return text
    }
}
