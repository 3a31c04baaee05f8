import StrictJSON
import Testing

/// What counts as a document, and how a refusal names the place.
struct DocumentTests {
    @Test(
        "well-formed documents are accepted",
        arguments: [
            "{}", "[]", " [ ] ", "null", "true", "false", "0", "-0", "-0.0", "1e5", "1E-5", "1.25e+3", "\"\"",
            "\"\\u00e9\\ud83d\\ude00\\n\\/\"", "\"é😀\u{7F}\"", "[[[]]]", "{\"\":{\"a\":[1,2,{\"b\":null}]}}",
            "\t\r\n{\"a\" : 1 , \"b\":[ ]}\n", "9223372036854775807", "-9223372036854775808", "18446744073709551615",
            "1.7976931348623157e308", "5e-324", "1e-400",
        ])
    func accepted(_ text: String) throws {
        #expect(throws: Never.self) { try JSONDocument(parsing: Array(text.utf8)) }
    }

    @Test(
        "broken documents are refused with place and reason",
        arguments: [
            ("", "line 1, byte 1: a value was expected, found the end"),
            ("  ", "line 1, byte 3: a value was expected, found the end"),
            ("{\"a\":1", "line 1, byte 7: ',' or '}' was expected, found the end"),
            ("{\"a\":1}}", "line 1, byte 8: nothing may follow the document, found '}'"),
            ("{\"a\":1} x", "line 1, byte 9: nothing may follow the document, found 'x'"),
            ("{\"a\":1,}", "line 1, byte 8: a field name in quotes was expected, found '}'"),
            ("[1,]", "line 1, byte 4 ([1]): a value was expected, found ']'"),
            ("[1 2]", "line 1, byte 4: ',' or ']' was expected, found '2'"),
            ("{a:1}", "line 1, byte 2: a field name in quotes was expected, found 'a'"),
            ("{\"a\" 1}", "line 1, byte 6 (a): ':' was expected, found '1'"),
            ("{\n \"vector\": [0.5,\n  NaN]}", "line 3, byte 3 (vector[1]): a value was expected, found 'N'"),
            ("[Infinity]", "line 1, byte 2 ([0]): a value was expected, found 'I'"),
            ("[-Infinity]", "line 1, byte 3 ([0]): a digit was expected, found 'I'"),
            ("[nul]", "line 1, byte 2 ([0]): null was expected, found ']'"),
            ("[01]", "line 1, byte 2 ([0]): a number may not begin with a zero"),
            ("[1.]", "line 1, byte 4 ([0]): a digit was expected, found ']'"),
            ("[.5]", "line 1, byte 2 ([0]): a value was expected, found '.'"),
            ("[+1]", "line 1, byte 2 ([0]): a value was expected, found '+'"),
            ("[1e]", "line 1, byte 4 ([0]): a digit was expected, found ']'"),
            ("[1e400]", "line 1, byte 2 ([0]): a number must fit in a 64-bit float"),
            ("[18446744073709551616]", "line 1, byte 2 ([0]): a whole number must fit in 64 bits"),
            ("[-9223372036854775809]", "line 1, byte 2 ([0]): a whole number must fit in 64 bits"),
            ("\"a", "line 1, byte 1: the string that begins here has no end"),
            ("\"\u{1}\"", "line 1, byte 2: control characters in a string must be escaped, found byte 0x1"),
            ("\"\\x\"", "line 1, byte 2: an unknown escape"),
            ("\"\\u12g4\"", "line 1, byte 6: four hexadecimal digits were expected, found 'g'"),
            ("\"\\ud800\"", "line 1, byte 2: a high surrogate must be followed by a low one"),
            ("\"\\udc00\"", "line 1, byte 2: a low surrogate must follow a high one"),
            ("'a'", "line 1, byte 1: a value was expected, found '''"),
            ("// c\n1", "line 1, byte 1: a value was expected, found '/'"),
            ("1\u{0}", "line 1, byte 2: nothing may follow the document, found byte 0x0"),
        ] as [(String, String)])
    func refused(_ text: String, _ reason: String) {
        let error = refusal { try JSONDocument(parsing: Array(text.utf8)) }
        #expect(error?.message == "not valid JSON at \(reason)")
    }

    @Test(
        "bytes that are not UTF-8 are refused wherever they stand",
        arguments: [
            [0x80], [0xC0, 0xAF], [0xC1, 0xBF], [0xE0, 0x80, 0x80], [0xE0, 0x9F, 0xBF], [0xED, 0xA0, 0x80],
            [0xED, 0xBF, 0xBF], [0xF0, 0x80, 0x80, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFF],
            [0xC3], [0xE2, 0x82], [0xF0, 0x9F, 0x98],
        ] as [[UInt8]])
    func badUTF8(_ bytes: [UInt8]) {
        let inString = refusal { try JSONDocument(parsing: Array("{\"title\":\"".utf8) + bytes + Array("\"}".utf8)) }
        #expect(inString?.message.contains("not valid UTF-8") == true, "\(String(describing: inString))")
        #expect(inString?.field == "title")
        let inName = refusal { try JSONDocument(parsing: Array("{\"".utf8) + bytes + Array("\":1}".utf8)) }
        #expect(inName?.message.contains("not valid UTF-8") == true)
        let outside = refusal { try JSONDocument(parsing: Array("[1".utf8) + bytes + Array("]".utf8)) }
        #expect(outside?.code == .malformed)
    }

    @Test("a byte order mark is refused")
    func byteOrderMark() {
        #expect(refusal { try JSONDocument(parsing: [0xEF, 0xBB, 0xBF] + Array("{}".utf8)) }?.code == .malformed)
    }

    @Test("nesting is allowed up to the limit and refused one level above it")
    func depth() throws {
        func nested(_ depth: Int, _ open: String, _ close: String, _ core: String = "") -> [UInt8] {
            Array((String(repeating: open, count: depth) + core + String(repeating: close, count: depth)).utf8)
        }
        let limit = JSONDocument.depthMax
        for (open, close, core) in [("[", "]", "[]"), ("{\"a\":", "}", "1"), ("[", "]", "1"), ("[", "]", "{}")] {
            #expect(throws: Never.self) { try JSONDocument(parsing: nested(limit, open, close, core)) }
            let error = refusal { try JSONDocument(parsing: nested(limit + 1, open, close, core)) }
            #expect(error?.code == .tooDeep)
            #expect(error?.limit == "64 levels")
        }
        let hostile = refusal { try JSONDocument(parsing: Array(repeating: UInt8(ascii: "["), count: 1_000_000)) }
        #expect(hostile?.code == .tooDeep)
    }

    @Test("parsers are reused without traces of the document before")
    func reuse() throws {
        for round in 0..<200 {
            let long = "{\"text\":\"" + String(repeating: "x", count: round * 37) + "\",\"n\":\(round)}"
            var object = try JSONDocument(parsing: Array(long.utf8)).root.object()
            #expect(try object.requiredString("text", bytes: 0...10_000).utf8.count == round * 37)
            #expect(try object.optionalInt("n", in: 0...1_000) == round)
            #expect(refusal { try JSONDocument(parsing: Array("[\(round)".utf8)) }?.code == .malformed)
        }
    }

    @Test("documents are read by many tasks at once")
    func concurrency() async throws {
        let sums = try await withThrowingTaskGroup(of: Int.self) { group in
            for task in 0..<32 {
                group.addTask {
                    var sum = 0
                    for value in 0..<50 {
                        let document = try JSONDocument(parsing: Array("[\(task),\(value),\"é\"]".utf8))
                        await Task.yield()
                        let items = Array(try document.root.array())
                        sum += try items[0].integer() * 1_000 + items[1].integer()
                    }
                    return sum
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(sums.sorted() == (0..<32).map { $0 * 50_000 + 1_225 })
    }
}
