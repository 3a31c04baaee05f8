import Foundation
import FoundationXML
import Lineage

/// Reads GraphML of this program or of another one.
///
/// Keys are recognized by their `attr.name`; keys of other names are passed over, and a node without our `id` keeps its
/// GraphML id. Edges go from parent to child and must name nodes of the file. Undirected graphs, nested graphs, hyperedges
/// and document type declarations are refused.
struct GraphMLLineageReader: LineageReader {
    func read(_ input: LineageInput) throws -> LineageReading {
        let stream = PulledStream(input)
        let parser = XMLParser(stream: stream)
        parser.shouldResolveExternalEntities = false
        let delegate = GraphMLDelegate(file: input.name)
        parser.delegate = delegate
        let isComplete = parser.parse()
        if let failure = stream.failure { throw failure }
        if let fault = delegate.fault { throw fault }
        // The parser takes a stream that ends early for a whole document.
        let isWellFormed = isComplete && parser.parserError == nil && delegate.isClosed
        guard isWellFormed, delegate.hasGraph else {
            let reason = isWellFormed ? "holds no graph" : "is not well-formed XML"
            throw LineageFormatError(
                file: input.name, line: parser.lineNumber, field: "graphml", message: reason, limit: "GraphML 1.0")
        }
        return try delegate.finish()
    }
}

/// Collects elements. The parser is told to stop at the first fault.
private final class GraphMLDelegate: NSObject, XMLParserDelegate {
    private(set) var fault: (any Error)?
    private(set) var hasGraph = false
    /// Whether the document's element ended.
    private(set) var isClosed = false

    private let file: String
    private var builder: DocumentBuilder
    private var names: [String: String] = [:]
    private var defaults: [String: String] = [:]
    private var ids: [String: String] = [:]
    private var edges: [Edge] = []

    private var element: Element?
    private var key: String?
    private var text = ""

    private struct Element {
        var isEdge: Bool
        var source = ""
        var target = ""
        var id = ""
        var line: Int
        var data: [String: String] = [:]
    }

    private struct Edge {
        var source: String
        var target: String
        var credit: LineageDocument.Credit
        var line: Int
    }

    init(file: String) {
        self.file = file
        builder = DocumentBuilder(file: file, fields: .init(parent: "source", child: "target"))
    }

    /// Edges may stand before their nodes, so that they find them only here.
    func finish() throws -> LineageReading {
        for edge in edges {
            var credit = edge.credit
            credit.parent = try id(of: edge.source, field: "source", line: edge.line)
            credit.child = try id(of: edge.target, field: "target", line: edge.line)
            try builder.add(credit, line: edge.line)
        }
        return try builder.finishListed()
    }

    private func id(of node: String, field: String, line: Int) throws -> String {
        guard let id = ids[node] else {
            throw LineageFormatError(
                file: file, line: line, field: field, message: "names node \(node.excerpt), which is not in the file",
                limit: "a node of the file")
        }
        return id
    }

    // MARK: XMLParserDelegate

    func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
        attributes: [String: String]
    ) {
        guard fault == nil else { return }
        stoppingAtFault(parser) {
            switch Self.localName(name) {
            case "graphml", "desc", "locator": break
            case "key": try startKey(attributes)
            case "default": text = ""
            case "graph": try startGraph(attributes)
            case "node":
                try requireNoElement("node")
                element = Element(isEdge: false, id: try required("id", attributes), line: parser.lineNumber)
            case "edge":
                try requireNoElement("edge")
                guard attributes["directed"] != "false" else {
                    throw FieldFault("directed", "is false", limit: "directed edges")
                }
                element = Element(
                    isEdge: true, source: try required("source", attributes),
                    target: try required("target", attributes), line: parser.lineNumber)
            case "data":
                key = try required("key", attributes)
                text = ""
            case "port": throw FieldFault("port", "is not read", limit: "nodes and edges")
            case "hyperedge": throw FieldFault("hyperedge", "is not read", limit: "nodes and edges")
            default: break
            }
        }
    }

    func parser(_ parser: XMLParser, foundCharacters string: String) {
        guard key != nil, fault == nil else { return }
        text += string
        if text.utf8.count > ExchangeLimits.lineBytesMax {
            stoppingAtFault(parser) {
                throw FieldFault("data", "is too long", limit: "\(ExchangeLimits.lineBytesMax) bytes")
            }
        }
    }

    func parser(_ parser: XMLParser, foundCDATA block: Data) {
        self.parser(parser, foundCharacters: String(decoding: block, as: UTF8.self))
    }

    func parser(
        _ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?
    ) {
        guard fault == nil else { return }
        stoppingAtFault(parser) {
            switch Self.localName(name) {
            case "default":
                if let key { defaults[key] = text }
                key = nil
            case "key": key = nil
            case "graphml": isClosed = true
            case "data":
                if let key, element != nil { element?.data[names[key] ?? ""] = text }
                key = nil
            case "node", "edge":
                if let element { try add(element) }
                element = nil
            default: break
            }
        }
    }

    func parser(
        _ parser: XMLParser, foundInternalEntityDeclarationWithName name: String, value: String?
    ) {
        guard fault == nil else { return }
        stoppingAtFault(parser) {
            throw FieldFault("DOCTYPE", "entities must not be declared", limit: "no entity declarations")
        }
    }

    // MARK: Elements

    private func startKey(_ attributes: [String: String]) throws {
        let id = try required("id", attributes)
        names[id] = attributes["attr.name"] ?? id
        key = id
    }

    private func startGraph(_ attributes: [String: String]) throws {
        guard !hasGraph else { throw FieldFault("graph", "there is a second one", limit: "one graph") }
        guard attributes["edgedefault"] != "undirected" else {
            throw FieldFault("edgedefault", "is undirected", limit: "directed")
        }
        hasGraph = true
    }

    private func requireNoElement(_ name: String) throws {
        if element != nil { throw FieldFault(name, "stands inside another node or edge", limit: "one graph") }
        if !hasGraph { throw FieldFault(name, "stands outside a graph", limit: "inside graph") }
    }

    private func required(_ name: String, _ attributes: [String: String]) throws -> String {
        guard let value = attributes[name], !value.isEmpty else { throw FieldFault(name, "is missing") }
        return value
    }

    private func add(_ element: Element) throws {
        func value(_ name: String) -> String? {
            element.data[name] ?? names.first { $0.value == name }.flatMap { defaults[$0.key] }
        }
        if element.isEdge {
            let credit = LineageDocument.Credit(
                parent: element.source, child: element.target,
                kind: try value("kind").map { try ExchangeText.kind($0, field: "kind") } ?? .remix,
                weight: try value("weight").map { try ExchangeText.weight($0, field: "weight") } ?? 1,
                flags: try ExchangeText.flags(joined: value("flags") ?? "", field: "flags"),
                at: try value("at").map { try ExchangeText.time($0, field: "at") })
            edges.append(Edge(source: element.source, target: element.target, credit: credit, line: element.line))
        } else {
            let id = value("id") ?? element.id
            guard ids.updateValue(id, forKey: element.id) == nil else {
                throw FieldFault("id", "node \(element.id.excerpt) is there twice", limit: "once")
            }
            let work = LineageDocument.Work(
                id: id, title: value("title"), creator: value("creator"),
                createdAt: try value("createdAt").map { try ExchangeText.time($0, field: "createdAt") },
                state: try value("state").map { try ExchangeText.state($0, field: "state") })
            try builder.add(work, line: element.line)
        }
    }

    private func stoppingAtFault(_ parser: XMLParser, _ body: () throws -> Void) {
        do {
            try locating(file, element?.line ?? parser.lineNumber, body)
        } catch {
            fault = error
            parser.abortParsing()
        }
    }

    private static func localName(_ name: String) -> String {
        name.split(separator: ":").last.map(String.init) ?? name
    }
}
