/// How a lineage maps to W3C PROV (PROV-DM, 2013) and to its JSON serialization (PROV-JSON, W3C member submission 2013).
///
/// | lineage | PROV |
/// |---|---|
/// | work | `entity`, title as `prov:label`, state and id as `arc:` attributes |
/// | time of a work | `wasGeneratedBy` without an activity, `prov:time` |
/// | creator | `agent`, `wasAttributedTo` |
/// | credit: remix, collab, numbered kinds | `wasDerivedFrom` |
/// | credit: variation | `wasDerivedFrom` with `prov:type` `prov:Revision` |
/// | credit: inspiredBy | `wasInfluencedBy`, because nothing of the parent need be in the child |
/// | kind, weight, flags, time, position among the parents | `arc:` attributes of the relation |
enum PROVVocabulary {
    static let namespace = "urn:arcanea:lineage#"
    static let workPrefix = "work"
    static let agentPrefix = "agent"
    static let prefixes: [(String, String)] = [
        ("arc", namespace), (workPrefix, "urn:arcanea:work:"), (agentPrefix, "urn:arcanea:creator:"),
    ]

    /// A qualified name: ids may hold characters that local names may not, so all but letters, digits, `-`, `_` and `.`
    /// are percent-encoded.
    static func name(_ prefix: String, _ id: String) -> String { prefix + ":" + percentEncoded(id) }

    static func percentEncoded(_ text: String) -> String {
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
                bytes.append(byte)
            default: bytes += [UInt8(ascii: "%"), hex(byte >> 4), hex(byte & 15)]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The id of a qualified name of ours; of another one the whole name, so that ids of two vocabularies stay apart.
    static func id(_ name: String, prefix: String) throws(FieldFault) -> String {
        guard name.hasPrefix(prefix + ":") else { return name }
        var bytes: [UInt8] = []
        var rest = name.utf8.dropFirst(prefix.utf8.count + 1)
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.popFirst().flatMap(value), let low = rest.popFirst().flatMap(value) else {
                throw FieldFault(name, "has a percent sign without two hexadecimal digits", limit: "%00…%FF")
            }
            bytes.append(high << 4 | low)
        }
        guard let id = String(validating: bytes, as: UTF8.self) else {
            throw FieldFault(name, "is not UTF-8 behind its percent signs", limit: "UTF-8")
        }
        return id
    }

    private static func hex(_ digit: UInt8) -> UInt8 {
        digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "A") + digit - 10
    }

    private static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        default: nil
        }
    }
}
