import Engine
import HTTPTypes
import Platform
import StrictJSON

/// The routes as a document of OpenAPI 3.1, made from the routes themselves.
///
/// Source: https://spec.openapis.org/oas/v3.1.0
struct OpenAPIDocument {
    let routes: [RouteTable.Route]

    /// - Complexity: each body's reader is asked some ten times per field; the answer is to be kept.
    func bytes() -> [UInt8] {
        var json = JSONBuilder(capacity: 64 << 10)
        json.object { json in
            json.field("openapi", "3.1.0")
            json.object("info") { json in
                json.field("title", "Arcanea")
                json.field("version", BuildInformation.version)
                json.field(
                    "description",
                    "Vector search and lineage. With a key set, routes need it as Api-Key or as a bearer token. "
                        + "A write with the header Idempotency-Key is done once.")
            }
            json.object("paths") { json in
                var seen: Set<String> = []
                for route in routes where seen.insert(route.path).inserted {
                    json.object(route.path) { json in
                        for route in routes.filter({ $0.path == route.path }) { write(route, to: &json) }
                    }
                }
            }
            json.object("components") { json in
                json.object("securitySchemes") { json in
                    json.object("key") { json in
                        json.field("type", "apiKey")
                        json.field("in", "header")
                        json.field("name", "Api-Key")
                    }
                    json.object("bearer") { json in
                        json.field("type", "http")
                        json.field("scheme", "bearer")
                    }
                }
                json.object("schemas") { Self.writeErrors(to: &$0) }
            }
        }
        return json.bytes
    }

    private func write(_ route: RouteTable.Route, to json: inout JSONBuilder) {
        let note = RouteNote.of(route)
        json.object(route.method.rawValue.lowercased()) { json in
            json.field("summary", note?.summary ?? "")
            json.field("operationId", Self.operationID(route))
            json.array("tags") { $0.value(Self.tag(route)) }
            json.array("security") { json in
                guard !OpenRoutes.needsNoKey(route.path) else { return }
                json.object { $0.array("key") { _ in } }
                json.object { $0.array("bearer") { _ in } }
            }
            let names = route.segments.filter { $0.hasPrefix("{") }.map { String($0.dropFirst().dropLast()) }
            let query = route.query.sorted() + (note?.query ?? [])
            json.array("parameters") { json in
                for name in names { Self.write(parameter: name, in: "path", nil, to: &json) }
                for name in query { Self.write(parameter: name, in: "query", QueryNote.all[name], to: &json) }
            }
            if route.hasBody { Self.writeBody(route, note, to: &json) }
            json.object("responses") { json in
                json.object(String(route.status.code)) { json in
                    json.field("description", route.status.reasonPhrase)
                    json.object("content") { json in
                        let type = route.contentType.prefix { $0 != ";" }
                        json.object(String(type)) { _ in }
                    }
                }
                json.object("default") { json in
                    json.field("description", "A refusal, with the field and its limit where there is one.")
                    json.object("content") { json in
                        json.object("application/json") { json in
                            json.object("schema") { $0.field("$ref", "#/components/schemas/\(Self.errorName(route))") }
                        }
                    }
                }
            }
        }
    }

    private static func write(
        parameter name: String, in place: String, _ note: QueryNote?, to json: inout JSONBuilder
    ) {
        json.object { json in
            json.field("name", name)
            json.field("in", place)
            json.field("required", place == "path")
            if let note { json.field("description", note.summary) }
            json.object("schema") { $0.field("type", note?.type ?? "string") }
        }
    }

    private static func writeBody(_ route: RouteTable.Route, _ note: RouteNote?, to json: inout JSONBuilder) {
        json.object("requestBody") { json in
            json.field("required", true)
            json.object("content") { json in
                json.object(route.readsLines ? "application/x-ndjson" : "application/json") { json in
                    guard let reads = route.reads, let text = note?.body,
                        let example = try? JSONValue(parsing: Array(text.utf8))
                    else { return }
                    json.object("schema") { json in
                        json.field("type", "object")
                        let fields = BodyProbe(example: example, reads: reads).fields()
                        json.array("required") { json in
                            for field in fields where field.isRequired { json.value(field.name) }
                        }
                        json.object("properties") { json in for field in fields { write(field, to: &json) } }
                    }
                    json.name("example")
                    json.value(example)
                }
            }
        }
    }

    private static func write(_ field: BodyProbe.Field, to json: inout JSONBuilder) {
        json.object(field.name) { json in
            if field.types.count == 1 {
                json.field("type", field.types[0])
            } else if field.types.count == 2 {
                // A reader that refuses all samples for reasons of its own, as filters are, tells no type.
                json.array("type") { json in for type in field.types { json.value(type) } }
            }
            json.field("description", ifPresent: field.limit)
        }
    }

    private static func writeErrors(to json: inout JSONBuilder) {
        func object(_ name: String, _ json: inout JSONBuilder, _ fields: KeyValuePairs<String, String>) {
            json.object(name) { json in
                json.field("type", "object")
                json.object("properties") { json in
                    for (name, type) in fields { json.object(name) { $0.field("type", type) } }
                }
            }
        }
        json.object("Error") { json in
            json.field("type", "object")
            json.object("properties") { json in
                object(
                    "error", &json,
                    [
                        "code": "string", "message": "string", "field": "string", "limit": "string",
                        "details": "array", "requestId": "string",
                    ])
            }
        }
        object("ControlPlaneError", &json, ["error": "object", "status": "integer"])
        object("DataPlaneError", &json, ["code": "integer", "message": "string", "details": "array"])
    }

    private static func errorName(_ route: RouteTable.Route) -> String {
        switch PineconePlane(path: route.path) {
        case .control: "ControlPlaneError"
        case .data: "DataPlaneError"
        case nil: "Error"
        }
    }

    /// `get_essences_id_lineage`: unique, because paths are.
    private static func operationID(_ route: RouteTable.Route) -> String {
        let words = route.segments.map { segment in
            String(segment.map { $0.isLetter || $0.isNumber ? $0 : "_" }).trimming("_")
        }
        return ([route.method.rawValue.lowercased()] + (words.isEmpty ? ["page"] : words)).joined(separator: "_")
    }

    private static func tag(_ route: RouteTable.Route) -> String {
        if PineconePlane(path: route.path) != nil { return "pinecone" }
        return switch route.segments.first.map(String.init) {
        case "essences", "essence": "essences"
        case "lineage", "events": "lineage"
        case "nexus": "nexus"
        case "feed": "feed"
        case nil, "page": "page"
        default: "operations"
        }
    }
}

extension String {
    fileprivate func trimming(_ character: Character) -> String {
        var text = self[...]
        while text.first == character { text.removeFirst() }
        while text.last == character { text.removeLast() }
        return String(text)
    }
}
