import TestSupport

/// Makes valid documents of every kind of value, and breaks them.
enum RandomDocument {
    static func text(using random: inout SeededGenerator, sizeMax: Int = 200) -> String {
        var budget = Int.random(in: 1...sizeMax, using: &random)
        return space(&random) + value(&random, &budget, 0) + space(&random)
    }

    private static func value(_ random: inout SeededGenerator, _ budget: inout Int, _ depth: Int) -> String {
        budget -= 1
        let kind = Int.random(in: 0..<(depth < 12 && budget > 0 ? 9 : 6), using: &random)
        switch kind {
        case 0: return ["true", "false", "null"].randomElement(using: &random) ?? "null"
        case 1: return string(&random)
        case 2:
            return String(Int64.random(in: .min ... .max, using: &random) >> Int64.random(in: 0...63, using: &random))
        case 3: return number(&random)
        case 4: return "\"\""
        case 5: return ["0", "-0.0", "1e3", "1E-2", "0.1"].randomElement(using: &random) ?? "0"
        case 6, 7:
            var parts: [String] = []
            for position in 0..<Int.random(in: 0...6, using: &random) where budget > 0 {
                let name = position % 2 == 0 ? "\"f\(position)\"" : "\"\(position)" + string(&random).dropFirst()
                parts.append(name + space(&random) + ":" + space(&random) + value(&random, &budget, depth + 1))
            }
            return "{" + space(&random) + parts.joined(separator: "," + space(&random)) + "}"
        default:
            var parts: [String] = []
            for _ in 0..<Int.random(in: 0...8, using: &random) where budget > 0 {
                parts.append(value(&random, &budget, depth + 1) + space(&random))
            }
            return "[" + parts.joined(separator: ",") + "]"
        }
    }

    static func number(_ random: inout SeededGenerator) -> String {
        let digits = (0..<Int.random(in: 1...20, using: &random)).map { _ in
            "0123456789".randomElement(using: &random) ?? "0"
        }
        return (Bool.random(using: &random) ? "-" : "") + "\(Int.random(in: 0...999, using: &random))."
            + String(digits) + (Bool.random(using: &random) ? "" : "e\(Int.random(in: -300...300, using: &random))")
    }

    private static func string(_ random: inout SeededGenerator) -> String {
        let pieces = [
            "a", "Z", " ", "é", "ß", "水", "😀", "\\n", "\\\"", "\\\\", "\\/", "\\u00e9", "\\ud83d\\ude00", "\\u0000",
            "{", "]", ",", "\u{7F}", "\u{2028}",
        ]
        let count = Int.random(in: 0...12, using: &random)
        return "\"" + (0..<count).map { _ in pieces.randomElement(using: &random) ?? "" }.joined() + "\""
    }

    private static func space(_ random: inout SeededGenerator) -> String {
        ["", "", "", " ", "\n", "\t\r\n "].randomElement(using: &random) ?? ""
    }

    /// One random change: a byte flipped, replaced by a telling one, inserted, removed, or the rest cut off.
    static func mutate(_ bytes: inout [UInt8], using random: inout SeededGenerator) {
        guard let position = bytes.indices.randomElement(using: &random) else { return }
        let telling = Array("{}[]\",:\\-+.eE0019ntf \n".utf8) + [0, 0x1F, 0x80, 0xC0, 0xE2, 0xED, 0xF0, 0xFF]
        switch Int.random(in: 0..<6, using: &random) {
        case 0: bytes[position] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 1, 2: bytes[position] = telling.randomElement(using: &random) ?? 0
        case 3: bytes.insert(telling.randomElement(using: &random) ?? 0, at: position)
        case 4: bytes.remove(at: position)
        default: bytes.removeSubrange(position...)
        }
    }
}
