import Engine
import Hummingbird
import Platform

/// Strict reading of a request's path and query: every parameter is checked, unknown ones are refused.
struct RequestReader: Sendable {
    private let context: APIContext
    private let query: [String: String]

    init(request: Request, context: APIContext, allowed: Set<String>) throws {
        self.context = context
        var query: [String: String] = [:]
        for pair in request.uri.query?.split(separator: "&") ?? [] {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = PercentDecoding.decode(parts[0], plusIsSpace: true) else {
                throw EngineError.invalid("query", "a parameter's name is not percent-encoded UTF-8", limit: "UTF-8")
            }
            guard allowed.contains(name) else {
                throw EngineError.invalid(
                    name, "\"\(name.prefix(80))\" is not a known query parameter",
                    limit: allowed.isEmpty ? "none is allowed" : allowed.sorted().joined(separator: ", "))
            }
            guard let value = PercentDecoding.decode(parts.count > 1 ? parts[1] : "", plusIsSpace: true) else {
                throw EngineError.invalid(name, "\(name) is not percent-encoded UTF-8", limit: "UTF-8")
            }
            guard query.updateValue(value, forKey: name) == nil else {
                throw EngineError.invalid(name, "\(name) is given more than once", limit: "once")
            }
        }
        self.query = query
    }

    /// An id in the path, percent-decoded.
    func path(_ name: String) throws -> String {
        guard let segment = context.parameters.get(name),
            let id = PercentDecoding.decode(segment[...], plusIsSpace: false)
        else {
            throw EngineError.invalid(name, "the \(name) in the path is not percent-encoded UTF-8", limit: "UTF-8")
        }
        return try checkedID(id, name)
    }

    func string(_ name: String) -> String? { query[name] }

    /// An id in the query.
    func optionalID(_ name: String) throws -> String? {
        try query[name].map { try checkedID($0, name) }
    }

    /// An id in the query that must be there.
    func id(_ name: String) throws -> String {
        guard let id = try optionalID(name) else {
            throw EngineError.invalid(name, "query parameter \(name) is required", limit: "required")
        }
        return id
    }

    func optionalText(_ name: String, bytes: ClosedRange<Int>) throws -> String? {
        guard let text = query[name] else { return nil }
        guard bytes.contains(text.utf8.count) else {
            throw EngineError.invalid(
                name, "\(name) must be \(bytes.text) bytes of UTF-8, got \(text.utf8.count)",
                limit: "\(bytes.text) bytes")
        }
        return text
    }

    func integer(_ name: String, in range: ClosedRange<Int>, default fallback: Int) throws -> Int {
        try optionalInteger(name, in: range) ?? fallback
    }

    func optionalInteger(_ name: String, in range: ClosedRange<Int>) throws -> Int? {
        guard let text = query[name] else { return nil }
        guard let value = Int(text), range.contains(value) else {
            throw EngineError.invalid(
                name, "\(name) must be a whole number in \(range.text), got \"\(text.prefix(80))\"", limit: range.text)
        }
        return value
    }

    func number(_ name: String, in range: ClosedRange<Double>) throws -> Double? {
        guard let text = query[name] else { return nil }
        guard let value = Double(text), range.contains(value) else {
            let limit = "\(range.lowerBound)…\(range.upperBound)"
            throw EngineError.invalid(
                name, "\(name) must be a number in \(limit), got \"\(text.prefix(80))\"", limit: limit)
        }
        return value
    }

    func flag(_ name: String) throws -> Bool {
        switch query[name] {
        case nil, "false": return false
        case "true": return true
        case let text?:
            throw EngineError.invalid(
                name, "\(name) must be true or false, got \"\(text.prefix(80))\"", limit: "true, false")
        }
    }

    func time(_ name: String) throws -> Timestamp? {
        guard let text = query[name] else { return nil }
        // A zone such as +02:00 that was not percent-encoded has arrived as " 02:00".
        guard let time = Timestamp(text.replacing(" ", with: "+")) else {
            throw EngineError.invalid(
                name, "\(name) must be an RFC 3339 time such as 2026-11-20T08:00:00Z, got \"\(text.prefix(80))\"",
                limit: "RFC 3339")
        }
        return time
    }

    /// One of a fixed set of words.
    ///
    /// - Parameter allowed: the words that may be asked for; all of the type's when absent.
    func choice<Choice: RawRepresentable & CaseIterable & Equatable>(
        _ name: String, default fallback: Choice, among allowed: [Choice] = Array(Choice.allCases)
    ) throws -> Choice where Choice.RawValue == String {
        guard let text = query[name] else { return fallback }
        guard let value = Choice(rawValue: text), allowed.contains(value) else {
            throw Self.notOneOf(allowed.map(\.rawValue), name, text)
        }
        return value
    }

    /// A comma-separated list of words, each of a fixed set.
    func list(_ name: String, of allowed: [String]) throws -> [String]? {
        guard let text = query[name] else { return nil }
        let words = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        if let unknown = words.first(where: { !allowed.contains($0) }) {
            throw Self.notOneOf(allowed, name, unknown)
        }
        return words
    }

    private static func notOneOf(_ allowed: [String], _ name: String, _ text: String) -> EngineError {
        let limit = allowed.joined(separator: ", ")
        return EngineError.invalid(
            name, "\(name) must be one of \(limit), got \"\(text.prefix(80))\"", limit: limit)
    }

    private func checkedID(_ id: String, _ name: String) throws -> String {
        guard Limits.idBytes.contains(id.utf8.count) else {
            throw EngineError.invalid(
                name, "\(name) must be \(Limits.idBytes.text) bytes of UTF-8, got \(id.utf8.count)",
                limit: "\(Limits.idBytes.text) bytes")
        }
        return id
    }
}

extension ClosedRange where Bound == Int {
    /// As errors print it: `1…10000`.
    var text: String { "\(lowerBound)…\(upperBound)" }
}
