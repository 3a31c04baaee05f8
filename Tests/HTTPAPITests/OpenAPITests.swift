import Engine
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import Platform
import StrictJSON
import TestSupport
import Testing

@testable import HTTPAPI

/// `/openapi.json` says what the service does: every route, and bodies as their readers read them.
struct OpenAPITests {
    /// What the router itself has, apart from the methods that it adds by itself.
    private func registered() async throws -> [(method: HTTPRequest.Method, path: String)] {
        let directory = TemporaryDirectory()
        let platform = try await ArcaneaPlatform.open(PlatformConfiguration(directory: directory.path))
        let router = makeRouter(platform: platform, configuration: .init(), logger: Logger(label: "test"))
        let routes = router.routes.filter { $0.method != .head }.map { ($0.method, $0.path.description) }
        await platform.close()
        withExtendedLifetime(directory) {}
        return routes
    }

    @Test("every registered route is in the document, with a summary, its parameters and its answers")
    func complete() async throws {
        let routes = try await registered()
        #expect(routes.count > 90)
        try await TestService.run(configuration: APIServerConfiguration(apiKey: String(repeating: "k", count: 32))) {
            service in
            let document = try await service.get("/openapi.json")
            #expect(document.status == 200 && document["openapi"]?.string == "3.1.0", "\(document)")
            guard case .object(let paths)? = document["paths"] else { throw EngineError(.internal, "no paths") }
            var operations: Set<String> = []
            for (method, path) in routes {
                guard case .object(let methods)? = paths[path],
                    case .object(let route)? = methods[method.rawValue.lowercased()]
                else {
                    Issue.record("\(method) \(path) is not in the document")
                    continue
                }
                #expect(route["summary"]?.string?.isEmpty == false, "\(method) \(path) has no summary")
                let isNew = operations.insert(route["operationId"]?.string ?? "").inserted
                #expect(isNew, "\(method) \(path) shares its name")
                let names = route["parameters"]?.array ?? []
                for name in path.split(separator: "/").filter({ $0.hasPrefix("{") }).map({ $0.dropFirst().dropLast() })
                {
                    #expect(names.contains { $0["name"]?.string == String(name) }, "\(method) \(path): \(name)")
                }
                for parameter in names where parameter["in"]?.string == "query" {
                    #expect(parameter["description"] != nil, "\(method) \(path): \(parameter)")
                }
                let responses = route["responses"]
                #expect(responses?["default.description"] != nil, "\(method) \(path)")
            }
            let described = paths.values.map { methods in
                if case .object(let methods) = methods { methods.count } else { 0 }
            }
            #expect(described.reduce(0, +) == routes.count, "the document has routes that do not exist")
            #expect(Set(RouteNote.all.keys).isSubset(of: Set(routes.map { "\($0.method.rawValue) \($0.path)" })))
        }
    }

    @Test("each example is a body that its route takes")
    func examples() async throws {
        try await TestService.run { service in
            let document = try await service.get("/openapi.json")
            guard case .object(let paths)? = document["paths"] else { throw EngineError(.internal, "no paths") }
            for index in ["{\"name\":\"docs\",\"dimension\":4}", "{\"name\":\"notes\",\"dimension\":256}"] {
                let made = try await service.post(
                    "/indexes",
                    index.dropLast() + ",\"spec\":{\"serverless\":{\"cloud\":\"aws\",\"region\":\"us-east-1\"}}}")
                #expect(made.status == 201, "\(made)")
            }
            for (path, methods) in paths {
                guard case .object(let methods) = methods else { continue }
                for (method, route) in methods {
                    guard let content = route["requestBody.content"], case .object(let types) = content else {
                        continue
                    }
                    let body = types["application/json"] ?? types["application/x-ndjson"]
                    guard let example = body?["example"] else {
                        Issue.record("\(method) \(path) has no example")
                        continue
                    }
                    var json = JSONBuilder()
                    json.value(example)
                    let uri = path.replacing("{index}", with: "docs").replacing("{", with: "").replacing("}", with: "")
                    let answer = try await service.send(
                        HTTPRequest.Method(method.uppercased())!, uri, bytes: json.bytes)
                    // The form is right; what it speaks of may be missing.
                    #expect(
                        answer.status < 500 && ![400, 413, 415, 422].contains(answer.status)
                            || path.contains("/records/"), "\(method) \(uri): \(answer)")
                }
            }
        }
    }

    @Test("fields, types and limits are those of the reader")
    func fields() async throws {
        try await TestService.run { service in
            let document = try await service.get("/openapi.json")
            func schema(_ path: String, _ method: String = "post") -> JSONValue? {
                guard case .object(let paths)? = document["paths"], case .object(let methods)? = paths[path],
                    case .object(let types)? = methods[method]?["requestBody.content"]
                else { return nil }
                return types["application/json"]?["schema"]
            }
            let search = try #require(schema("/essences/search"))
            #expect(search["properties.topK.type"]?.string == "integer", "\(search)")
            #expect(search["properties.topK.description"]?.string == "1…10000", "\(search)")
            #expect(search["properties.minScore.type"]?.string == "number", "\(search)")
            let work = try #require(schema("/essences"))
            #expect(Set(work["required"]?.array.compactMap(\.string) ?? []) == ["realmId", "title"], "\(work)")
            #expect(work["properties.realmId.description"]?.string == "1…512 bytes", "\(work)")
            #expect(work["properties.visibility.type"]?.string == "string", "\(work)")
            #expect(work["properties.spark.type"]?.string == "object", "\(work)")
            #expect(work["properties.remixFrom.type"]?.string == "array", "\(work)")
            let rank = try #require(schema("/feed/rank"))
            #expect(rank["properties.explain.type"]?.string == "boolean", "\(rank)")
        }
    }
}
