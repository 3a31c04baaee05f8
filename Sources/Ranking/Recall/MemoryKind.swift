/// What a memory is, which decides how fast it fades.
public enum MemoryKind: String, Sendable, CaseIterable, Codable {
    /// Something that happened.
    case event
    /// Something that was said.
    case chat
    /// Something that holds.
    case fact
    /// What someone likes or wants: does not fade.
    case preference
}

/// Days until an unused memory's recency has fallen halfway to its floor, by kind; `nil` never fades.
public struct MemoryHalfLives: Sendable, Equatable {
    public var eventDays: Double?
    public var chatDays: Double?
    public var factDays: Double?
    public var preferenceDays: Double?

    /// Range of a half-life in days: one minute to a hundred thousand years.
    public static let daysRange = (1.0 / 1_440)...36_500_000

    public init(
        eventDays: Double? = 14, chatDays: Double? = 30, factDays: Double? = 365, preferenceDays: Double? = nil
    ) {
        self.eventDays = eventDays
        self.chatDays = chatDays
        self.factDays = factDays
        self.preferenceDays = preferenceDays
    }

    public subscript(kind: MemoryKind) -> Double? {
        get {
            switch kind {
            case .event: eventDays
            case .chat: chatDays
            case .fact: factDays
            case .preference: preferenceDays
            }
        }
        set {
            switch kind {
            case .event: eventDays = newValue
            case .chat: chatDays = newValue
            case .fact: factDays = newValue
            case .preference: preferenceDays = newValue
            }
        }
    }

    /// These half-lives with some replaced, as a request names them.
    /// - Throws: ``ParameterError`` for an unknown kind or a half-life outside ``daysRange``.
    public func overridden(by days: [String: Double]) throws(ParameterError) -> MemoryHalfLives {
        var result = self
        for (name, value) in days.sorted(by: { $0.key < $1.key }) {
            guard let kind = MemoryKind(rawValue: name) else {
                let names = MemoryKind.allCases.map(\.rawValue).joined(separator: ", ")
                throw ParameterError(field: "halfLifeDays.\(name)", reason: "is not a kind of memory", limit: names)
            }
            try ParameterError.check(value, "halfLifeDays.\(name)", MemoryHalfLives.daysRange)
            result[kind] = value
        }
        return result
    }
}
