import Lineage

/// GraphML 1.0 with typed keys. Edges go from parent to child. Nodes are named `n0`, `n1`, … and carry the work's id as
/// data, because GraphML's ids are XML name tokens and those of works are not.
///
/// Works that only credits name get a node with nothing but the id. Memory grows with the ids.
struct GraphMLLineageWriter: LineageWriter {
    let passes = LineagePasses(works: 1, credits: 2)

    func write(_ source: some LineageSource, to sink: ByteSink) throws {
        try sink(Array(GraphMLVocabulary.head.utf8))
        var numbers: [String: Int] = [:]
        func node(_ work: LineageDocument.Work) throws {
            var text = "    <node id=\"n\(numbers.count)\">" + Self.data("id", work.id)
            if let title = work.title { text += Self.data("title", title) }
            if let creator = work.creator { text += Self.data("creator", creator) }
            if let time = work.createdAt { text += Self.data("createdAt", ExchangeText.text(time)) }
            if let state = work.state { text += Self.data("state", ExchangeText.name(state)) }
            numbers[work.id] = numbers.count
            try sink(Array((text + "</node>\n").utf8))
        }
        try source.forEachWork { try node($0) }
        try source.forEachCredit { credit in
            for id in [credit.parent, credit.child] where numbers[id] == nil {
                try node(LineageDocument.Work(id: id))
            }
        }
        try source.forEachCredit { credit in
            let ends = "source=\"n\(numbers[credit.parent] ?? 0)\" target=\"n\(numbers[credit.child] ?? 0)\""
            var text = "    <edge \(ends)>" + Self.data("kind", credit.kind.name)
            text += Self.data("weight", "\(credit.weight)")
            if !credit.flags.isEmpty { text += Self.data("flags", ExchangeText.joined(credit.flags)) }
            if let time = credit.at { text += Self.data("at", ExchangeText.text(time)) }
            try sink(Array((text + "</edge>\n").utf8))
        }
        try sink(Array("  </graph>\n</graphml>\n".utf8))
    }

    private static func data(_ key: String, _ value: String) -> String {
        "<data key=\"\(key)\">\(XMLText.escaped(value))</data>"
    }
}

enum GraphMLVocabulary {
    struct Key {
        var id: String
        var domain: String
        var type: String
    }

    static let keys = [
        Key(id: "id", domain: "node", type: "string"), Key(id: "title", domain: "node", type: "string"),
        Key(id: "creator", domain: "node", type: "string"), Key(id: "createdAt", domain: "node", type: "string"),
        Key(id: "state", domain: "node", type: "string"), Key(id: "kind", domain: "edge", type: "string"),
        Key(id: "weight", domain: "edge", type: "float"), Key(id: "flags", domain: "edge", type: "string"),
        Key(id: "at", domain: "edge", type: "string"),
    ]

    static let head: String = {
        let declarations = keys.map { key in
            "  <key id=\"\(key.id)\" for=\"\(key.domain)\" attr.name=\"\(key.id)\" attr.type=\"\(key.type)\"/>\n"
        }
        return """
            <?xml version="1.0" encoding="UTF-8"?>
            <graphml xmlns="http://graphml.graphdrawing.org/xmlns" \
            xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" \
            xsi:schemaLocation="http://graphml.graphdrawing.org/xmlns \
            http://graphml.graphdrawing.org/xmlns/1.0/graphml.xsd">

            """ + declarations.joined() + "  <graph id=\"lineage\" edgedefault=\"directed\">\n"
    }()
}

/// Text inside XML and SVG.
enum XMLText {
    /// For element content and attributes in double quotes. Line ends become references, so that a parser does not
    /// normalize them; characters that XML 1.0 cannot write become U+FFFD.
    static func escaped(_ text: String) -> String {
        var escaped = ""
        escaped.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "\t", "\n", "\r": escaped += "&#\(scalar.value);"
            case "\u{0}"..."\u{1F}", "\u{FFFE}", "\u{FFFF}": escaped += "\u{FFFD}"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
