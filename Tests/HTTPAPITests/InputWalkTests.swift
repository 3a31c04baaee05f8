import Engine
import HTTPAPI
import HTTPTypes
import HummingbirdTesting
import StrictJSON
import TestSupport
import Testing

/// Walks over all routes as `/openapi.json` tells them, and hands each field and parameter what it must not take: the answer is a
/// refusal with a reason, and never a failure of the service.
struct InputWalkTests {
    private struct Operation {
        var method: HTTPRequest.Method
        var path: String
        var query: [String]
        /// Its example and the limits of its fields.
        var body: (example: [String: JSONValue], limits: [String: String?])?

        /// With words in place of the names in braces.
        var uri: String {
            path.replacing("{index}", with: "docs").replacing("{", with: "").replacing("}", with: "")
        }
    }

    private func operations(_ service: TestService) async throws -> [Operation] {
        let document = try await service.get("/openapi.json")
        guard case .object(let paths)? = document["paths"] else { throw EngineError(.internal, "no paths") }
        var found: [Operation] = []
        for (path, methods) in paths.sorted(by: { $0.key < $1.key }) where path != "/events" {
            guard case .object(let methods) = methods else { continue }
            for (method, route) in methods.sorted(by: { $0.key < $1.key }) {
                let query = (route["parameters"]?.array ?? []).filter { $0["in"]?.string == "query" }
                var operation = Operation(
                    method: HTTPRequest.Method(method.uppercased())!, path: path,
                    query: query.compactMap { $0["name"]?.string })
                if case .object(let types)? = route["requestBody.content"], let content = types.values.first,
                    case .object(let example)? = content["example"],
                    case .object(let properties)? = content["schema.properties"]
                {
                    operation.body = (example, properties.mapValues { $0["description"]?.string })
                }
                found.append(operation)
            }
        }
        #expect(found.count > 90 && found.count { $0.body != nil } > 30, "the document has lost routes")
        return found
    }

    private func run(_ body: @Sendable (TestService) async throws -> Void) async throws {
        let backups = TemporaryDirectory()
        try await TestService.run(backups: backups.path) { service in
            let index = try await service.post(
                "/indexes",
                "{\"name\":\"docs\",\"dimension\":4,\"spec\":{\"serverless\":{\"cloud\":\"aws\",\"region\":\"us-east-1\"}}}"
            )
            #expect(index.status == 201, "\(index)")
            try await service.create("id")
            try await service.create("dusk")
            try await body(service)
            let ready = try await service.get("/readyz")
            #expect(ready.status == 200 && ready["damages"]?.int == 0, "\(ready)")
        }
        withExtendedLifetime(backups) {}
    }

    /// No failure; and every refusal says why.
    private func expectReason(_ answer: Answer, _ what: String) {
        // 501 is the answer of what is not offered, whatever it is asked.
        #expect(answer.status < 500 || answer.status == 501, "\(what): \(answer)")
        guard answer.status >= 400 else { return }
        let message = answer.error?["message"]?.string ?? answer["message"]?.string
        #expect(message?.isEmpty == false, "\(what): \(answer)")
    }

    @Test("no value of a field of a body makes the service fail, and what is beyond a limit is refused")
    func bodies() async throws {
        try await run { service in
            let wrong: [JSONValue] = [
                .null, .bool(true), .int(-1), .int(.max), .double(-0.5), .double(1e308), .string(""),
                .string(String(repeating: "x", count: 2_000)), .array([]), .array([.null, .object([:])]), .object([:]),
                .object(["": .array([.array([])])]),
            ]
            for operation in try await operations(service) {
                guard let (example, limits) = operation.body else { continue }
                func send(_ members: [String: JSONValue], _ what: String) async throws -> Answer {
                    var json = JSONBuilder()
                    json.value(.object(members))
                    let answer = try await service.send(operation.method, operation.uri, bytes: json.bytes)
                    expectReason(answer, "\(operation.method) \(operation.uri) \(what)")
                    return answer
                }
                for (name, limit) in limits.sorted(by: { $0.key < $1.key }) {
                    for value in wrong {
                        var members = example
                        members[name] = value
                        _ = try await send(members, "\(name): \(value)")
                    }
                    var members = example
                    members[name] = nil
                    _ = try await send(members, "without \(name)")
                    guard let limit, let (range, unit) = Self.range(limit) else { continue }
                    for value in [range.lowerBound - 1, range.upperBound + 1] where unit == "" || unit == "bytes" {
                        guard unit == "" || (0...200_000).contains(value) else { continue }
                        members[name] =
                            unit == "" ? .int(Int64(value)) : .string(String(repeating: "x", count: value))
                        let answer = try await send(members, "\(name) = \(value) \(unit)")
                        #expect(
                            (400..<500).contains(answer.status),
                            "\(operation.uri): \(name) is \(limit) and was taken with \(value): \(answer)")
                    }
                    for value in [range.lowerBound, range.upperBound] where unit == "" && value <= 10_000 {
                        members[name] = .int(Int64(value))
                        let answer = try await send(members, "\(name) = \(value)")
                        #expect(answer.error?["field"]?.string != name, "\(name) is \(limit): \(answer)")
                    }
                }
            }
        }
    }

    @Test("no value of a parameter or an id makes the service fail")
    func parameters() async throws {
        try await run { service in
            let long = String(repeating: "x", count: 2_000)
            let wrong = [
                "", "0", "-1", "1", "1e400", "nan", "9223372036854775808", "true", "%00", "%ff", "%zz", "a,b,,",
                "%F0%9F%90%89",
                "'%22%3B--", long,
            ]
            for operation in try await operations(service) where operation.method == .get || operation.body == nil {
                for name in operation.query {
                    for value in wrong {
                        let uri = "\(operation.uri)?\(name)=\(value)"
                        expectReason(try await service.send(operation.method, uri), "\(operation.method) \(uri)")
                    }
                }
                guard operation.path.contains("{") else { continue }
                for value in ["%00", "%ff", "%zz", "..", "%2e%2e%2f", "%F0%9F%90%89", " ", long] {
                    let path = operation.path.replacing(#/\{[A-Za-z]+\}/#, with: value)
                    expectReason(
                        try await service.send(operation.method, path), "\(operation.method) \(path.prefix(200))")
                }
            }
        }
    }

    /// `1…512 bytes` as 1…512 and `bytes`.
    private static func range(_ limit: String) -> (ClosedRange<Int>, String)? {
        guard let match = limit.wholeMatch(of: #/(-?\d+)…(\d+)( [a-z]+)?/#), let low = Int(match.1),
            let high = Int(match.2), low <= high, high < Int.max
        else { return nil }
        return (low...high, match.3.map { String($0.dropFirst()) } ?? "")
    }
}
