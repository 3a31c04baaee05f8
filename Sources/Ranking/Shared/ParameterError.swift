/// A ranking parameter outside its documented range: the caller's mistake, with the field and the limit.
public struct ParameterError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The parameter as a caller writes it, for example `weights.recency`.
    public let field: String
    public let reason: String
    /// The range or bound that was broken.
    public let limit: String

    public init(field: String, reason: String, limit: String) {
        self.field = field
        self.reason = reason
        self.limit = limit
    }

    public var description: String { "\(field) \(reason)" }

    /// Throws unless `value` is finite and inside `range`.
    static func check(_ value: Double, _ field: String, _ range: ClosedRange<Double>) throws(ParameterError) {
        guard value.isFinite, range.contains(value) else {
            throw ParameterError(
                field: field, reason: "must be in \(range.lowerBound)...\(range.upperBound), got \(value)",
                limit: "\(range.lowerBound)...\(range.upperBound)")
        }
    }

    /// Throws unless `value` is inside `range`.
    static func check(_ value: Int, _ field: String, _ range: ClosedRange<Int>) throws(ParameterError) {
        guard range.contains(value) else {
            throw ParameterError(
                field: field, reason: "must be in \(range.lowerBound)...\(range.upperBound), got \(value)",
                limit: "\(range.lowerBound)...\(range.upperBound)")
        }
    }

    /// Throws unless every weight is in 0…1,000 and at least one is above 0.
    ///
    /// Weights are relative: only their ratios matter, so the upper bound guards against overflow and typing errors.
    static func check(weights: [(name: String, value: Double)]) throws(ParameterError) {
        for weight in weights {
            try check(weight.value, "weights.\(weight.name)", 0...1_000)
        }
        guard weights.contains(where: { $0.value > 0 }) else {
            throw ParameterError(field: "weights", reason: "must not all be 0", limit: "sum > 0")
        }
    }
}
