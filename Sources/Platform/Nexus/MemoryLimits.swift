import Engine
import Ranking

/// Checks of memories and recalls that callers inside the program need as well: the decoder makes the same ones for HTTP.
enum MemoryLimits {
    static func check(nexusId: String) throws {
        try Identifiers.check(nexusId, field: "nexusId")
    }

    static func check(_ value: Int, _ field: String, _ range: ClosedRange<Int>) throws {
        guard range.contains(value) else {
            let limit = "\(range.lowerBound)…\(range.upperBound)"
            throw EngineError.invalid(field, "\(field) must be in \(limit), got \(value)", limit: limit)
        }
    }

    static func check(bytesOf text: String, _ field: String, _ range: ClosedRange<Int>) throws {
        let count = text.utf8.count
        guard range.contains(count) else {
            let limit = "\(range.lowerBound)…\(range.upperBound) bytes"
            throw EngineError.invalid(field, "\(field) must be \(limit) of UTF-8, got \(count) bytes", limit: limit)
        }
    }

    /// A vector of the collection's dimension that has a direction.
    static func check(vector: [Float], _ field: String, dimension: Int) throws {
        guard vector.count == dimension else {
            throw EngineError.invalid(
                field, "\(field) must hold \(dimension) numbers, got \(vector.count)", limit: "\(dimension) numbers")
        }
        let squares = vector.reduce(0.0) { $0 + Double($1) * Double($1) }
        guard squares.isFinite else {
            throw EngineError.invalid(field, "\(field) must hold finite numbers only", limit: "finite")
        }
        guard (1e-30...1e30).contains(squares) else {
            throw EngineError.invalid(
                field, "\(field) must have a length in 1e-15…1e15, got \(squares.squareRoot())",
                limit: "length 1e-15…1e15")
        }
    }

    static func kind(_ name: String, _ field: String) throws -> MemoryKind {
        guard let kind = MemoryKind(rawValue: name) else {
            let limit = MemoryKind.allCases.map(\.rawValue).joined(separator: ", ")
            throw EngineError.invalid(field, "\(field) must be one of \(limit), got \"\(name)\"", limit: limit)
        }
        return kind
    }
}

extension MemoryDraft {
    /// Checks everything that needs no state but the collection's dimension.
    ///
    /// - Parameter path: path of the draft in its request with a dot at the end, or nothing.
    func validate(path: String, dimension: Int) throws -> MemoryKind {
        if let id { try Identifiers.check(id, field: path + "id") }
        if let text { try MemoryLimits.check(bytesOf: text, path + "text", 1...Limits.textBytesMax) }
        if let vector { try MemoryLimits.check(vector: vector, path + "vector", dimension: dimension) }
        guard text != nil || vector != nil else {
            throw EngineError.invalid(path + "text", "\(path)text or vector is required", limit: "text, vector or both")
        }
        guard importance >= 0, importance <= 1 else {
            throw EngineError.invalid(
                path + "importance", "\(path)importance must be in 0…1, got \(importance)", limit: "0…1")
        }
        try MemoryLimits.check(entities.count, path + "entities", 0...Limits.entityCountMax)
        try MemoryLimits.check(tags.count, path + "tags", 0...Limits.tagCountMax)
        for (index, entity) in entities.enumerated() {
            try MemoryLimits.check(bytesOf: entity, "\(path)entities[\(index)]", Limits.idBytes)
        }
        for (index, tag) in tags.enumerated() {
            try MemoryLimits.check(bytesOf: tag, "\(path)tags[\(index)]", Limits.tagBytes)
        }
        if let validFrom, let validTo, validTo < validFrom {
            throw EngineError.invalid(
                path + "validTo", "\(path)validTo must not be before validFrom", limit: "≥ validFrom")
        }
        return try MemoryLimits.kind(kind, path + "kind")
    }
}

extension RecallRequest {
    static let kRange = 1...1_000

    /// Checks everything that needs no state but the collection's dimension.
    func validate(dimension: Int) throws {
        guard (text == nil) != (vector == nil) else {
            throw EngineError.invalid(
                "text", text == nil ? "text or vector is required" : "text and vector exclude each other",
                limit: "exactly one of text, vector")
        }
        if let text { try MemoryLimits.check(bytesOf: text, "text", 1...Limits.textBytesMax) }
        if let vector { try MemoryLimits.check(vector: vector, "vector", dimension: dimension) }
        try MemoryLimits.check(k, "k", Self.kRange)
        if let tags { try MemoryLimits.check(tags.count, "tags", 1...Limits.tagCountMax) }
        if let entities { try MemoryLimits.check(entities.count, "entities", 1...Limits.entityCountMax) }
        if let from, let to, to < from {
            throw EngineError.invalid("to", "to must not be before from", limit: "≥ from")
        }
    }

    /// The memory kinds asked for, `nil` for all.
    func memoryKinds() throws -> Set<MemoryKind>? {
        guard let kinds else { return nil }
        do { return try MemoryEligibility.kinds(named: kinds) } catch { throw EngineError(error) }
    }

    /// The ranking parameters of this request over the defaults.
    func parameters() throws -> RecallParameters {
        var parameters = RecallParameters()
        if let weights {
            parameters.weights = RecallWeights(
                relevance: weights.relevance, recency: weights.recency, importance: weights.importance)
        }
        if let minRelevance { parameters.minRelevance = minRelevance }
        do {
            parameters.halfLives = try parameters.halfLives.overridden(by: halfLifeDays)
            try parameters.validate()
        } catch { throw EngineError(error) }
        return parameters
    }
}

extension EngineError {
    /// A ranking parameter out of range, in the caller's terms.
    init(_ error: ParameterError) {
        self = .invalid(error.field, error.description, limit: error.limit)
    }
}
