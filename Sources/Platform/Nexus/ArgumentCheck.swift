import Engine

/// Checks of arguments that callers inside the program need as well: the decoder makes the same ones for HTTP.
enum ArgumentCheck {
    static func check(nexusId: String) throws {
        try Identifiers.check(nexusId, field: "nexusId")
    }

    /// - Throws: `invalidArgument` also for a name that stands for a route in paths.
    static func check(newNexusId nexusId: String) throws {
        try check(nexusId: nexusId)
        guard nexusId != "recall" else {
            throw EngineError.invalid("nexusId", "\"recall\" is the name of a route", limit: "not recall")
        }
    }

    static func check(_ value: Int, _ field: String, _ range: ClosedRange<Int>) throws {
        guard range.contains(value) else {
            let limit = "\(range.lowerBound)…\(range.upperBound)"
            throw EngineError.invalid(field, "\(field) must be in \(limit), got \(value)", limit: limit)
        }
    }

    static func check(_ value: Double, _ field: String, _ range: ClosedRange<Double>) throws {
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

    /// A moment that arithmetic on times can take: the years 1 to 9999, as RFC 3339 writes them.
    static func check(_ time: Timestamp?, _ field: String) throws {
        guard let time, !years.contains(time.milliseconds) else { return }
        throw EngineError.invalid(field, "\(field) must lie in the years 1…9999", limit: "years 1…9999")
    }

    /// Milliseconds since 1970 UTC of the years 1 to 9999.
    static let years: ClosedRange<Int64> = -62_135_596_800_000...253_402_300_799_999
}
