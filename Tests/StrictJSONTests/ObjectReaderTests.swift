import StrictJSON
import Testing

/// Typed fields and the errors that name path, limit and what was found.
struct ObjectReaderTests {
    enum Color: String, CaseIterable { case red, green }

    @Test("fields are read by name in any order; null counts as absent")
    func goodFields() throws {
        var reader = try object(
            """
            {"n":-3,"d":2,"s":"å","flag":true,"none":null,"at":"2026-11-20T08:15:00Z","color":"red","tags":["a","b"],
             "v":[1,2.5,-0.0],"inner":{"k":"v"},"u":18446744073709551615}
            """)
        #expect(try reader.requiredString("s", bytes: 1...2) == "å")
        #expect(try reader.optionalDouble("d", in: 0...2) == 2)
        #expect(try reader.optionalInt("n", in: -3...3) == -3)
        #expect(try reader.optionalBool("flag") == true)
        #expect(try reader.optionalString("none", bytes: 1...9) == nil)
        #expect(try reader.optionalString("absent", bytes: 1...9) == nil)
        #expect(try reader.optionalTimestamp("at") == 1_795_162_500_000)
        #expect(try reader.optionalChoice("color", of: Color.self) == .red)
        #expect(try reader.optionalStrings("tags", count: 0...2, bytes: 1...1) == ["a", "b"])
        #expect(try reader.optionalFloats("v", count: 3...3) == [1, 2.5, -0.0])
        #expect(try reader.optionalUnsigned("u") == .max)
        var inner = try #require(try reader.optionalObject("inner"))
        #expect(try inner.requiredString("k", bytes: 1...1) == "v")
        try inner.rejectUnknownFields()
        try reader.rejectUnknownFields()
    }

    @Test("every refusal names the path, the expectation and what was found")
    func refusals() throws {
        func check(
            _ text: String, _ message: String, code: JSONError.Code, field: String?, limit: String?,
            _ read: (inout JSONObjectReader) throws -> Void
        ) throws {
            var reader = try object(text)
            let error = refusal { try read(&reader) }
            #expect(error == JSONError(code, message, field: field, limit: limit))
        }
        try check("{}", "id is required", code: .missingField, field: "id", limit: nil) {
            _ = try $0.requiredString("id", bytes: 1...512)
        }
        try check("{\"id\":null}", "id is required", code: .missingField, field: "id", limit: nil) {
            _ = try $0.requiredString("id", bytes: 1...512)
        }
        try check("{\"id\":12}", "id must be a string, got 12", code: .wrongType, field: "id", limit: nil) {
            _ = try $0.requiredString("id", bytes: 1...512)
        }
        try check(
            "{\"id\":\"\"}", "id must be 1…512 bytes of UTF-8, got 0 bytes", code: .outOfRange, field: "id",
            limit: "1…512 bytes"
        ) { _ = try $0.requiredString("id", bytes: 1...512) }
        try check(
            "{\"id\":\"ééé\"}", "id must be 1…5 bytes of UTF-8, got 6 bytes", code: .outOfRange, field: "id",
            limit: "1…5 bytes"
        ) { _ = try $0.requiredString("id", bytes: 1...5) }
        try check(
            "{\"w\":\"high\"}", "w must be a number in 0…1, got \"high\"", code: .wrongType, field: "w", limit: "0…1"
        ) { _ = try $0.optionalDouble("w", in: 0...1) }
        try check("{\"w\":1.5}", "w must be a number in 0…1, got 1.5", code: .outOfRange, field: "w", limit: "0…1") {
            _ = try $0.optionalDouble("w", in: 0...1)
        }
        try check(
            "{\"w\":0}", "w must be a number > 0, ≤ 1, got 0", code: .outOfRange, field: "w", limit: "> 0, ≤ 1"
        ) { _ = try $0.optionalDouble("w", in: .above(0, upTo: 1)) }
        try check("{\"w\":-1}", "w must be a number ≥ 0, got -1", code: .outOfRange, field: "w", limit: "≥ 0") {
            _ = try $0.optionalDouble("w", in: .atLeast(0))
        }
        try check(
            "{\"k\":0}", "k must be a whole number in 1…10000, got 0", code: .outOfRange, field: "k", limit: "1…10000"
        ) { _ = try $0.optionalInt("k", in: 1...10_000) }
        try check(
            "{\"k\":2.5}", "k must be a whole number in 1…10000, got 2.5", code: .wrongType, field: "k",
            limit: "1…10000"
        ) { _ = try $0.optionalInt("k", in: 1...10_000) }
        try check(
            "{\"k\":9223372036854775808}", "k must be a whole number in 1…10000, got 9223372036854775808",
            code: .outOfRange, field: "k", limit: "1…10000"
        ) { _ = try $0.optionalInt("k", in: 1...10_000) }
        try check("{\"b\":1}", "b must be true or false, got 1", code: .wrongType, field: "b", limit: nil) {
            _ = try $0.optionalBool("b")
        }
        try check(
            "{\"c\":\"blue\"}", "c must be one of red, green, got \"blue\"", code: .outOfRange, field: "c",
            limit: "red, green"
        ) { _ = try $0.optionalChoice("c", of: Color.self) }
        try check(
            "{\"t\":[\"a\",7]}", "t[1] must be a string, got 7", code: .wrongType, field: "t[1]", limit: nil
        ) { _ = try $0.optionalStrings("t", count: 0...9, bytes: 1...9) }
        try check(
            "{\"t\":[1,2,3]}", "t must hold 0…2 items, got 3", code: .outOfRange, field: "t", limit: "0…2 items"
        ) { _ = try $0.optionalArray("t", count: 0...2) }
        try check("{\"o\":[]}", "o must be an object, got an array", code: .wrongType, field: "o", limit: nil) {
            _ = try $0.optionalObject("o")
        }
        try check(
            "{\"at\":\"2026-11-20\"}",
            "at must be an RFC 3339 time with a zone such as \"2026-11-20T08:15:00Z\", got \"2026-11-20\"",
            code: .outOfRange, field: "at", limit: RFC3339.limit
        ) { _ = try $0.optionalTimestamp("at") }
        try check(
            "{\"m\":{\"a\":\"0123456789\"}}", "m must be at most 17 bytes of JSON, got 18", code: .outOfRange,
            field: "m", limit: "17 bytes"
        ) { _ = try $0.optionalFreeForm("m", bytesMax: 17) }
    }

    @Test("unknown fields are named with the list of allowed ones")
    func unknownField() throws {
        var reader = try object("{\"title\":\"x\",\"colour\":\"red\"}")
        _ = try reader.requiredString("title", bytes: 1...9)
        _ = try reader.optionalString("color", bytes: 1...9)
        #expect(
            refusal { try reader.rejectUnknownFields() }
                == JSONError(
                    .unknownField, "colour is not a known field; allowed: title, color", field: "colour",
                    limit: "title, color"))
    }

    @Test("paths go through arrays and objects")
    func paths() throws {
        var reader = try object("{\"x\":[[1],{}],\"remixFrom\":[{\"id\":\"a\"},{},{\"id\":\"b\",\"weight\":\"high\"}]}")
        let sources = Array(try reader.requiredArray("remixFrom", count: 0...9))
        var last = try sources[2].object()
        let error = refusal { try last.optionalDouble("weight", in: 0...1) }
        #expect(error?.message == "remixFrom[2].weight must be a number in 0…1, got \"high\"")
        #expect(error?.field == "remixFrom[2].weight")
        let absent = try sources[1].object()
        #expect(absent.missing("id").message == "remixFrom[1].id is required")
        #expect(refusal { try last.rejectUnknownFields() }?.field == "remixFrom[2].id")
        #expect(try element("7").path == "")
        #expect(refusal { try element("7").object() }?.message == "the document must be an object, got 7")
    }

    @Test("a field given twice is refused in short and in long objects")
    func duplicates() throws {
        let error = refusal { try object("{\"a\":1,\"b\":{},\"a\":2}") }
        #expect(error == JSONError(.duplicateField, "a is given more than once", field: "a", limit: "once"))
        // The same name written with an escape is the same name.
        #expect(refusal { try object("{\"a\":1,\"\\u0061\":2}") }?.code == .duplicateField)
        let long = (0..<1_000).map { "\"f\($0)\":\($0)" }.joined(separator: ",")
        #expect(throws: Never.self) { try object("{\(long)}") }
        #expect(refusal { try object("{\(long),\"f17\":0}") }?.field == "f17")
        #expect(refusal { try JSONValue(element("{\"o\":[{\"a\":1,\"a\":1}]}")) }?.field == "o[0].a")
        // Equal as text though not as bytes: composed and decomposed.
        #expect(refusal { try JSONValue(element("{\"\u{E9}\":1,\"e\u{301}\":2}")) }?.code == .duplicateField)
    }

    @Test("excerpts in messages are short and free of control characters")
    func excerpts() throws {
        let long = String(repeating: "é", count: 500)
        let error = refusal { try element("[\"\\u0007\(long)\"]").array().first { _ in true }?.bool() }
        let message = try #require(error?.message)
        #expect(message.hasPrefix("[0] must be true or false, got \"\u{FFFD}é"))
        #expect(message.hasSuffix("é…\""))
        #expect(message.utf8.count < 120)
    }
}
