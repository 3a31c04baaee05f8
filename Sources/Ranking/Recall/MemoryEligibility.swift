/// The two time axes of a memory: when it held in the world, and when the store knew. Milliseconds since 1970.
public struct MemoryValidity: Sendable, Equatable {
    /// When the remembered thing began to be true; always when absent.
    public var validFrom: Int64?
    /// When it ceased to be true: set by the caller or by supersession. It is no longer true at this very moment.
    public var validTo: Int64?
    /// When the store learned of the memory.
    public var recordedAt: Int64
    /// When the store learned of `validTo`, if later than the memory itself: before that moment the memory counted
    /// as open-ended.
    public var closedAt: Int64?
    /// When the memory was forgotten softly.
    public var forgottenAt: Int64?

    public init(
        recordedAt: Int64, validFrom: Int64? = nil, validTo: Int64? = nil, closedAt: Int64? = nil,
        forgottenAt: Int64? = nil
    ) {
        self.recordedAt = recordedAt
        self.validFrom = validFrom
        self.validTo = validTo
        self.closedAt = closedAt
        self.forgottenAt = forgottenAt
    }

    /// Whether the memory held at `time`, as the store knows now. A memory forgotten by now does not hold.
    public func holds(at time: Int64) -> Bool {
        guard forgottenAt.map({ $0 > time }) ?? true else { return false }
        return (validFrom ?? Int64.min) <= time && time < (validTo ?? Int64.max)
    }

    /// Whether the memory was stored and valid at `time` with what the store knew at that time.
    public func held(asOf time: Int64) -> Bool {
        guard recordedAt <= time else { return false }
        guard let closedAt, closedAt > time else { return holds(at: time) }
        var open = self
        open.validTo = nil
        return open.holds(at: time)
    }

    /// The validity after another memory superseded this one at `time`: it ends there, unless it ended before.
    public func superseded(at time: Int64) -> MemoryValidity {
        var result = self
        if time < validTo ?? Int64.max {
            result.validTo = max(time, validFrom ?? Int64.min)
            result.closedAt = time
        }
        return result
    }
}

/// Which memories a recall may return. Every condition that is set must hold.
public struct MemoryEligibility: Sendable, Equatable {
    /// One of these kinds.
    public var kinds: Set<MemoryKind>?
    /// At least one of these tags.
    public var tags: Set<String>?
    /// About at least one of these works.
    public var entities: Set<String>?
    /// Creation time, both ends included.
    public var from: Int64?
    public var to: Int64?
    /// Answer as of this time: what was stored and valid then.
    public var asOf: Int64?

    public init(
        kinds: Set<MemoryKind>? = nil, tags: Set<String>? = nil, entities: Set<String>? = nil, from: Int64? = nil,
        to: Int64? = nil, asOf: Int64? = nil
    ) {
        self.kinds = kinds
        self.tags = tags
        self.entities = entities
        self.from = from
        self.to = to
        self.asOf = asOf
    }

    /// Kinds by name, as a request gives them.
    /// - Throws: ``ParameterError`` naming the unknown kind.
    public static func kinds(named names: [String]) throws(ParameterError) -> Set<MemoryKind> {
        var kinds: Set<MemoryKind> = []
        for (position, name) in names.enumerated() {
            guard let kind = MemoryKind(rawValue: name) else {
                let all = MemoryKind.allCases.map(\.rawValue).joined(separator: ", ")
                throw ParameterError(field: "kinds[\(position)]", reason: "is not a kind of memory", limit: all)
            }
            kinds.insert(kind)
        }
        return kinds
    }

    /// Whether a memory may be recalled at `now`.
    public func admits(
        kind: MemoryKind, tags memoryTags: some Sequence<String>, entities memoryEntities: some Sequence<String>,
        createdAt: Int64, validity: MemoryValidity, now: Int64
    ) -> Bool {
        if let kinds, !kinds.contains(kind) { return false }
        if let from, createdAt < from { return false }
        if let to, createdAt > to { return false }
        if let asOf {
            guard validity.held(asOf: asOf) else { return false }
        } else {
            guard validity.holds(at: now) else { return false }
        }
        if let tags, !memoryTags.contains(where: tags.contains) { return false }
        if let entities, !memoryEntities.contains(where: entities.contains) { return false }
        return true
    }
}
