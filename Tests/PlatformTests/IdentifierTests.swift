import Engine
import TestSupport
import Testing

@testable import Platform

struct IdentifierTests {
    @Test(
        "ids that could be mistaken for each other are refused",
        arguments: [
            "", "cafe\u{301}", "a\u{0}b", "line\nbreak", String(repeating: "x", count: 513),
        ])
    func refused(id: String) {
        let error = #expect(throws: EngineError.self) { try Identifiers.check(id, field: "id") }
        #expect(error?.code == .invalidArgument)
        #expect(error?.field == "id")
        #expect(error?.limit != nil)
    }

    @Test("all other ids are taken", arguments: ["a", "café", "日本", "a/b?c#d %", String(repeating: "x", count: 512)])
    func taken(id: String) throws {
        try Identifiers.check(id, field: "id")
        #expect(Limits.idBytes.contains(id.utf8.count))
    }

    @Test("a work cannot have the name of a route", arguments: ["search", "batch", "redacted:5"])
    func routes(id: String) {
        #expect(throws: EngineError.self) { try Identifiers.check(workId: id, field: "id") }
    }
}
