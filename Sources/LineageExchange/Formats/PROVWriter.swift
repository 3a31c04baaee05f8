import Lineage
import StrictJSON

/// Writes PROV-JSON section by section; each section is one pass over the source.
struct PROVLineageWriter: LineageWriter {
    let passes = LineagePasses(works: 4, credits: 2)

    func write(_ source: some LineageSource, to sink: ByteSink) throws {
        try withoutActuallyEscaping(sink) { sink in
            var document = PROVSections(sink: sink)
            try document.section("prefix") { put in
                for (prefix, uri) in PROVVocabulary.prefixes { try put(prefix, uri) }
            }
            try document.section("entity") { put in
                try source.forEachWork { try put(Self.work($0.id), EntityBody($0)) }
            }
            try document.section("agent") { put in
                var written: Set<String> = []
                try source.forEachWork { work in
                    guard let creator = work.creator, written.insert(creator).inserted else { return }
                    try put(Self.agent(creator), ["arc:id": creator])
                }
            }
            try document.section("wasGeneratedBy") { put in
                var number = 0
                try source.forEachWork { work in
                    guard let time = work.createdAt else { return }
                    number += 1
                    let body = GenerationBody(entity: Self.work(work.id), time: ExchangeText.text(time))
                    try put("_:g\(number)", body)
                }
            }
            try document.section("wasAttributedTo") { put in
                var number = 0
                try source.forEachWork { work in
                    guard let creator = work.creator else { return }
                    number += 1
                    let body = AttributionBody(entity: Self.work(work.id), agent: Self.agent(creator))
                    try put("_:a\(number)", body)
                }
            }
            try relations(source, "wasDerivedFrom", &document) { $0 != .inspiredBy }
            try relations(source, "wasInfluencedBy", &document) { $0 == .inspiredBy }
            try document.finish()
        }
    }

    /// Credits of the kinds that a relation is for. Numbers of credits go through both relations.
    private func relations(
        _ source: some LineageSource, _ section: String, _ document: inout PROVSections,
        _ isFor: (EdgeKind) -> Bool
    ) throws {
        try document.section(section) { put in
            var number = 0
            var child: String?
            var position = 0
            try source.forEachCredit { credit in
                number += 1
                position = credit.child == child ? position + 1 : 0
                child = credit.child
                if isFor(credit.kind) { try put("_:c\(number)", RelationBody(credit, position)) }
            }
        }
    }

    static func work(_ id: String) -> String { PROVVocabulary.name(PROVVocabulary.workPrefix, id) }
    static func agent(_ id: String) -> String { PROVVocabulary.name(PROVVocabulary.agentPrefix, id) }

    private struct EntityBody: Encodable {
        var label: String?
        var state: String?

        enum CodingKeys: String, CodingKey {
            case label = "prov:label"
            case state = "arc:state"
        }

        init(_ work: LineageDocument.Work) {
            label = work.title
            state = work.state.map(ExchangeText.name)
        }
    }

    private struct GenerationBody: Encodable {
        var entity: String
        var time: String

        enum CodingKeys: String, CodingKey {
            case entity = "prov:entity"
            case time = "prov:time"
        }
    }

    private struct AttributionBody: Encodable {
        var entity: String
        var agent: String

        enum CodingKeys: String, CodingKey {
            case entity = "prov:entity"
            case agent = "prov:agent"
        }
    }

    private struct Literal: Encodable {
        var value: String
        var type: String

        enum CodingKeys: String, CodingKey {
            case value = "$"
            case type
        }
    }

    private struct RelationBody: Encodable {
        var generated: String?
        var used: String?
        var influencee: String?
        var influencer: String?
        var type: Literal?
        var kind: String
        var weight: Float
        var flags: [String]?
        var at: Literal?
        var position: Int

        enum CodingKeys: String, CodingKey {
            case generated = "prov:generatedEntity"
            case used = "prov:usedEntity"
            case influencee = "prov:influencee"
            case influencer = "prov:influencer"
            case type = "prov:type"
            case kind = "arc:kind"
            case weight = "arc:weight"
            case flags = "arc:flags"
            case at = "arc:at"
            case position = "arc:position"
        }

        init(_ credit: LineageDocument.Credit, _ position: Int) {
            let child = PROVLineageWriter.work(credit.child)
            let parent = PROVLineageWriter.work(credit.parent)
            if credit.kind == .inspiredBy {
                influencee = child
                influencer = parent
            } else {
                generated = child
                used = parent
            }
            if credit.kind == .variation { type = Literal(value: "prov:Revision", type: "prov:QUALIFIED_NAME") }
            kind = credit.kind.name
            weight = credit.weight
            flags = credit.flags.isEmpty ? nil : credit.flags.names
            at = credit.at.map { Literal(value: ExchangeText.text($0), type: "xsd:dateTime") }
            self.position = position
        }
    }
}

/// The top level of a PROV-JSON document: an object of objects, one member a line. Sections without members are left out.
private struct PROVSections {
    let sink: ByteSink
    private var isFirst = true

    init(sink: @escaping ByteSink) { self.sink = sink }

    mutating func section(_ name: String, _ body: ((String, any Encodable) throws -> Void) throws -> Void) throws {
        var isOpen = false
        let opening = isFirst ? "{\n" : ",\n"
        try body { key, value in
            let start = isOpen ? ",\n" : "\(opening)\"\(name)\": {\n"
            isOpen = true
            try sink(Array(start.utf8) + JSONOutput.encode(key) + Array(": ".utf8) + JSONOutput.encode(value))
        }
        guard isOpen else { return }
        isFirst = false
        try sink(Array("\n}".utf8))
    }

    mutating func finish() throws { try sink(Array((isFirst ? "{}\n" : "\n}\n").utf8)) }
}
