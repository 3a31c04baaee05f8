import Engine
import Ranking

extension MemoryDraft {
    /// Checks everything that needs no state but the collection's dimension.
    ///
    /// - Parameter path: path of the draft in its request with a dot at the end, or nothing.
    func validate(path: String, dimension: Int) throws -> MemoryKind {
        if let id {
            try Identifiers.check(id, field: path + "id")
            guard id != "decay" else {
                throw EngineError.invalid(path + "id", "\"decay\" is the name of a route", limit: "not decay")
            }
        }
        if let text { try ArgumentCheck.check(bytesOf: text, path + "text", 1...Limits.textBytesMax) }
        if let vector { try ArgumentCheck.check(vector: vector, path + "vector", dimension: dimension) }
        guard text != nil || vector != nil else {
            throw EngineError.invalid(path + "text", "\(path)text or vector is required", limit: "text, vector or both")
        }
        guard importance >= 0, importance <= 1 else {
            throw EngineError.invalid(
                path + "importance", "\(path)importance must be in 0…1, got \(importance)", limit: "0…1")
        }
        try ArgumentCheck.check(entities.count, path + "entities", 0...Limits.entityCountMax)
        try ArgumentCheck.check(tags.count, path + "tags", 0...Limits.tagCountMax)
        for (index, entity) in entities.enumerated() {
            try ArgumentCheck.check(bytesOf: entity, "\(path)entities[\(index)]", Limits.idBytes)
        }
        for (index, tag) in tags.enumerated() {
            try ArgumentCheck.check(bytesOf: tag, "\(path)tags[\(index)]", Limits.tagBytes)
        }
        if let validFrom, let validTo, validTo < validFrom {
            throw EngineError.invalid(
                path + "validTo", "\(path)validTo must not be before validFrom", limit: "≥ validFrom")
        }
        try ArgumentCheck.check(createdAt, path + "createdAt")
        guard let kind = MemoryKind(rawValue: self.kind) else {
            let limit = MemoryKind.allCases.map(\.rawValue).joined(separator: ", ")
            throw EngineError.invalid(
                path + "kind", "\(path)kind must be one of \(limit), got \"\(self.kind)\"", limit: limit)
        }
        return kind
    }
}

extension RecallRequest {
    static let kRange = 1...1_000
    static let kDefault = 10

    /// Checks everything that needs no state but the collection's dimension.
    func validate(dimension: Int) throws {
        guard (text == nil) != (vector == nil) else {
            throw EngineError.invalid(
                "text", text == nil ? "text or vector is required" : "text and vector exclude each other",
                limit: "exactly one of text, vector")
        }
        if let text { try ArgumentCheck.check(bytesOf: text, "text", 1...Limits.textBytesMax) }
        if let vector { try ArgumentCheck.check(vector: vector, "vector", dimension: dimension) }
        if let k { try ArgumentCheck.check(k, "k", Self.kRange) }
        try ArgumentCheck.check(now, "now")
        if let tags { try ArgumentCheck.check(tags.count, "tags", 1...Limits.tagCountMax) }
        if let entities { try ArgumentCheck.check(entities.count, "entities", 1...Limits.entityCountMax) }
        if let from, let to, to < from {
            throw EngineError.invalid("to", "to must not be before from", limit: "≥ from")
        }
    }

    /// The memory kinds asked for, `nil` for all.
    func memoryKinds() throws -> Set<MemoryKind>? {
        guard let kinds else { return nil }
        do { return try MemoryEligibility.kinds(named: kinds) } catch { throw EngineError(error) }
    }

    /// The ranking parameters of this request over the agent's settings over the defaults.
    func parameters(over settings: NexusSettings) throws -> RecallParameters {
        var settings = settings
        if let weights { settings.weights = weights }
        if let minRelevance { settings.minRelevance = minRelevance }
        settings.halfLifeDays.merge(halfLifeDays) { _, request in request }
        settings.tuning = tuning.over(settings.tuning)
        return try settings.parameters()
    }
}

extension EngineError {
    /// A ranking parameter out of range, in the caller's terms.
    init(_ error: ParameterError) {
        self = .invalid(error.field, error.description, limit: error.limit)
    }
}
