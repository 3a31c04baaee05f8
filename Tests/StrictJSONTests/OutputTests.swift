import Foundation
import StrictJSON
import TestSupport
import Testing

/// What is written reads back as the same values, by Foundation's judgment and by our own.
struct OutputTests {
    private struct Everything: Codable, Equatable {
        struct Inner: Codable, Equatable {
            var name: String
            var next: [Inner]
        }
        enum Color: String, Codable { case red }

        var flag = true
        var text = "a\"b\\c/\n\t\u{1}é😀\u{2028}"
        var double = 0.1
        var whole = 2.0
        var float: Float = 0.1
        var integers: [Int64] = [.min, -1, 0, .max]
        var large = UInt64.max
        var small: Int8 = -128
        var absent: String?
        var present: Int? = 7
        var nested: [[String: Int]] = [["a": 1], [:]]
        var optionals: [Int?] = [1, nil]
        var inner = Inner(name: "x", next: [Inner(name: "y", next: [])])
        var color = Color.red
        var vector: [Float] = [1, -0.0, 1.5e-10, .greatestFiniteMagnitude, .leastNonzeroMagnitude]
        var free = JSONValue.object(["z": .null, "a": .array([.double(1), .int(1), .bool(false), .string("\u{0}")])])
        var bytes: [UInt8] = [0, 255]
    }

    @Test("Foundation reads back what was written")
    func roundTrip() throws {
        let bytes = try JSONOutput.encode(Everything())
        var decoded = try JSONDecoder().decode(Everything.self, from: Data(bytes))
        // Foundation takes 1.0 for a whole number; that it is written with its point is checked below.
        decoded.free = Everything().free
        #expect(decoded == Everything())
        #expect(throws: Never.self) { try JSONDocument(parsing: bytes) }
    }

    @Test(
        "exact text",
        arguments: [
            (JSONValue.object(["b": .int(1), "a": .double(2), "é": .null]), "{\"a\":2.0,\"b\":1,\"é\":null}"),
            (.array([]), "[]"), (.object([:]), "{}"), (.string("\u{8}\u{C}\r\u{1F}/"), "\"\\b\\f\\r\\u001f/\""),
            (.double(1e300), "1e+300"), (.double(-0.0), "-0.0"), (.int(.min), "-9223372036854775808"),
        ] as [(JSONValue, String)])
    func exactText(_ value: JSONValue, _ text: String) throws {
        #expect(String(decoding: try JSONOutput.encode(value), as: UTF8.self) == text)
        #expect(try JSONValue(parsing: Array(text.utf8)) == value)
    }

    @Test("fields keep the order of their type, values merge into one object, empty ones are objects")
    func order() throws {
        struct Empty: Encodable {}
        struct Base: Encodable {
            var z = 1
            var e = Empty()
        }
        struct Merged: Encodable {
            enum CodingKeys: CodingKey { case a }
            func encode(to encoder: any Encoder) throws {
                try Base().encode(to: encoder)
                var container = encoder.container(keyedBy: CodingKeys.self)
                try container.encode([String?]([nil, "x"]), forKey: .a)
            }
        }
        let text = String(decoding: try JSONOutput.encode([Merged(), Merged()]), as: UTF8.self)
        #expect(text == "[{\"z\":1,\"e\":{},\"a\":[null,\"x\"]},{\"z\":1,\"e\":{},\"a\":[null,\"x\"]}]")
    }

    @Test("nested containers and super encoders close where the next field begins")
    func nestedContainers() throws {
        struct Nested: Encodable {
            enum CodingKeys: CodingKey { case list, object, other, last }
            func encode(to encoder: any Encoder) throws {
                var container = encoder.container(keyedBy: CodingKeys.self)
                var list = container.nestedUnkeyedContainer(forKey: .list)
                try list.encode(1)
                var deep = list.nestedUnkeyedContainer()
                try deep.encode("two")
                var inner = list.nestedContainer(keyedBy: CodingKeys.self)
                try inner.encodeNil(forKey: .last)
                var object = container.nestedContainer(keyedBy: CodingKeys.self, forKey: .object)
                try object.encode(true, forKey: .last)
                try [3, 4].encode(to: container.superEncoder(forKey: .other))
                try container.encode("end", forKey: .last)
            }
        }
        let text = String(decoding: try JSONOutput.encode(Nested()), as: UTF8.self)
        #expect(
            text
                == "{\"list\":[1,[\"two\"],{\"last\":null}],\"object\":{\"last\":true},\"other\":[3,4],\"last\":\"end\"}"
        )
    }

    @Test("numbers that JSON does not have are refused")
    func notNumbers() {
        #expect(throws: EncodingError.self) { try JSONOutput.encode(Double.nan) }
        #expect(throws: EncodingError.self) { try JSONOutput.encode([1, Float.infinity]) }
        #expect(throws: EncodingError.self) { try JSONOutput.encode(["x": -Double.infinity]) }
    }

    @Test("random floats and doubles read back bit for bit")
    func numbers() throws {
        let seed = testSeed()
        var random = SeededGenerator(seed: seed)
        for _ in 0..<2_000 {
            let double = Double(bitPattern: UInt64.random(in: 0...UInt64.max, using: &random))
            let float = Float(bitPattern: UInt32.random(in: 0...UInt32.max, using: &random))
            if double.isFinite {
                let read = try JSONDocument(parsing: JSONOutput.encode([double])).root.array().first { _ in true }
                #expect(try read?.double().bitPattern == double.bitPattern, "\(double), seed \(seed)")
            }
            if float.isFinite {
                let read = try JSONDocument(parsing: JSONOutput.encode([float])).root.floats(count: 1...1)
                #expect(read[0].bitPattern == float.bitPattern, "\(float), seed \(seed)")
            }
        }
    }
}
