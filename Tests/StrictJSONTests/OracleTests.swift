import Foundation
import TestSupport
import Testing

@testable import StrictJSON

/// Random documents against two independent readers: Foundation's, and the fault locator's byte-by-byte grammar.
struct OracleTests {
    @Test("random valid documents mean the same as to Foundation")
    func foundationAgrees() throws {
        let seed = testSeed()
        var random = SeededGenerator(seed: seed)
        for round in 0..<500 {
            let bytes = Array(RandomDocument.text(using: &random).utf8)
            let ours = try JSONValue(parsing: bytes)
            let theirs = try JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)
            #expect(isSame(ours, theirs), "round \(round), seed \(seed)")

            // Minified text and encoded values mean the same again.
            let raw = try JSONDocument(parsing: bytes).root.rawJSON()
            #expect(try JSONValue(parsing: raw) == ours, "round \(round), seed \(seed)")
            let encoded = try JSONOutput.encode(ours)
            let again = try JSONSerialization.jsonObject(with: Data(encoded), options: .fragmentsAllowed)
            #expect(isSame(ours, again), "round \(round), seed \(seed)")
            #expect(JSONFaultLocator.isValid(bytes), "round \(round), seed \(seed)")
        }
    }

    @Test("mutated documents either parse or are refused, and both judges agree")
    func mutations() throws {
        let seed = testSeed()
        var random = SeededGenerator(seed: seed)
        var accepted = 0
        var refused = 0
        for round in 0..<20_000 {
            var bytes = Array(RandomDocument.text(using: &random, sizeMax: 40).utf8)
            for _ in 0..<Int.random(in: 1...4, using: &random) { RandomDocument.mutate(&bytes, using: &random) }
            let byGrammar = JSONFaultLocator.isValid(bytes)
            let bytesText = String(decoding: bytes, as: UTF8.self)
            do {
                let document = try JSONDocument(parsing: bytes)
                accepted += 1
                #expect(byGrammar, "accepted \(bytesText), round \(round), seed \(seed)")
                touchEverything(document.root)
            } catch {
                refused += 1
                #expect(!byGrammar, "refused \(bytesText), round \(round), seed \(seed)")
                #expect(error.message != "the document is not valid JSON", "\(bytesText), seed \(seed)")
                #expect(error.message.utf8.count < 1_000)
            }
        }
        #expect(accepted > 500 && refused > 500, "\(accepted) accepted, \(refused) refused, seed \(seed)")
    }

    @Test("random numbers equal Double(text), bit for bit")
    func doubles() throws {
        let seed = testSeed()
        var random = SeededGenerator(seed: seed)
        for _ in 0..<5_000 {
            let text = RandomDocument.number(&random)
            let value = try element(text).double()
            #expect(value.bitPattern == Double(text)?.bitPattern, "\(text), seed \(seed)")
            let raw = try element(text).rawJSON()
            #expect(Double(String(decoding: raw, as: UTF8.self)) == value, "\(text), seed \(seed)")
        }
    }

    @Test("every truncation of a document is refused")
    func truncations() {
        let text = Array("{\"id\":\"é\\n\",\"vector\":[0.5,-1e-3,12],\"o\":{\"t\":true,\"n\":null},\"w\":0.25}".utf8)
        for count in 0..<text.count {
            #expect(refusal { try JSONDocument(parsing: Array(text[..<count])) } != nil, "\(count) bytes")
        }
        #expect(refusal { try JSONDocument(parsing: text) } == nil)
    }

    /// Reads every value in every way: nothing traps, whatever the document.
    private func touchEverything(_ element: JSONElement) {
        _ = element.path
        _ = element.excerpt
        _ = try? element.string(bytes: 0...10)
        _ = try? element.integer(in: 0...10)
        _ = try? element.unsignedInteger()
        _ = try? element.double(in: .closed(0...1))
        _ = try? element.floats(count: 0...4)
        _ = try? element.timestamp()
        _ = try? JSONValue(element)
        if let array = try? element.array() {
            for value in array { touchEverything(value) }
        }
        if var object = try? element.object() {
            for field in object.allFields() { touchEverything(field.value) }
        }
    }

    private func isSame(_ ours: JSONValue, _ theirs: Any) -> Bool {
        switch (ours, theirs) {
        case (.object(let members), let other as [String: Any]):
            members.count == other.count
                && members.allSatisfy { name, value in other[name].map { isSame(value, $0) } ?? false }
        case (.array(let values), let other as [Any]):
            values.count == other.count && zip(values, other).allSatisfy { isSame($0, $1) }
        case (.string(let value), let other as String): Array(value.utf8) == Array(other.utf8)
        case (.bool(let value), let other as NSNumber): value == other.boolValue
        case (.int(let value), let other as NSNumber): value == other.int64Value
        // Foundation goes through `Decimal` for long numbers and is off by some last places there.
        case (.double(let value), let other as NSNumber): abs(value - other.doubleValue) <= abs(value) * 1e-14
        case (.null, is NSNull): true
        default: false
        }
    }
}

extension JSONFaultLocator {
    fileprivate static func isValid(_ bytes: [UInt8]) -> Bool { bytes.withUnsafeBytes { isValid($0) } }
}
