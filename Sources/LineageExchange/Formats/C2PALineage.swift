import Lineage
import StrictJSON

/// C2PA ingredient assertions in their JSON form: for each work one manifest-like object, one a line.
///
/// Each credit becomes an assertion `c2pa.ingredient.v3` with `relationship`, `dc:title` and `instanceID`
/// (C2PA 2.x, ingredient assertion):
///
/// | credit | relationship |
/// |---|---|
/// | first remix or variation of a work | `parentOf`; a manifest may have one at most |
/// | other remixes and variations, collab, numbered kinds | `componentOf` |
/// | inspiredBy | `inputTo` |
///
/// Retracted credits become no ingredient. They and what the standard has no field for stand in an assertion of its own,
/// `org.arcanea.lineage`, as the standard allows. Nothing is signed: signing belongs to whoever publishes the works.
enum C2PAVocabulary {
    static let ingredientLabel = "c2pa.ingredient.v3"
    static let lineageLabel = "org.arcanea.lineage"
    static let instancePrefix = "urn:arcanea:work:"

    static func instance(_ id: String) -> String { instancePrefix + PROVVocabulary.percentEncoded(id) }

    /// The id of an instance of ours; of another one the whole instance id.
    static func id(_ instance: String) throws(FieldFault) -> String {
        try PROVVocabulary.id(instance, prefix: String(instancePrefix.dropLast()))
    }

    /// How the first ingredient of a kind is used; a later `parentOf` becomes `componentOf`.
    static func relationship(_ kind: EdgeKind, hasParent: Bool) -> String {
        switch kind {
        case .remix, .variation: hasParent ? "componentOf" : "parentOf"
        case .inspiredBy: "inputTo"
        default: "componentOf"
        }
    }

    /// The kind of an ingredient that another program wrote.
    static func kind(_ relationship: String) -> EdgeKind? {
        switch relationship {
        case "parentOf": .remix
        case "componentOf": .collab
        case "inputTo": .inspiredBy
        default: nil
        }
    }
}

/// Writes one object a line. Titles of ingredients need the works twice: memory grows with the titles of credited works.
struct C2PALineageWriter: LineageWriter {
    let passes = LineagePasses(works: 2, credits: 1)

    func write(_ source: some LineageSource, to sink: ByteSink) throws {
        var credited: Set<String> = []
        try source.forEachCredit { credited.insert($0.parent) }
        var titles: [String: String] = [:]
        try source.forEachWork { work in
            if let title = work.title, credited.contains(work.id) { titles[work.id] = title }
        }
        try source.forEachWorkWithCredits { work, credits in
            try sink(JSONOutput.encode(Manifest(work, credits, titles)) + [UInt8(ascii: "\n")])
        }
    }

    private struct Manifest: Encodable {
        var title: String?
        var instanceID: String
        var assertions: [Assertion]

        init(_ work: LineageDocument.Work, _ credits: [LineageDocument.Credit], _ titles: [String: String]) {
            title = work.title
            instanceID = C2PAVocabulary.instance(work.id)
            assertions = []
            var hasParent = false
            // A credit that was taken back is on record below, and no claim about the work.
            for (position, credit) in credits.filter({ !$0.flags.contains(.retracted) }).enumerated() {
                let relationship = C2PAVocabulary.relationship(credit.kind, hasParent: hasParent)
                hasParent = hasParent || relationship == "parentOf"
                let ingredient = Ingredient(
                    relationship: relationship, title: titles[credit.parent],
                    instanceID: C2PAVocabulary.instance(credit.parent))
                // Further assertions of one label are numbered.
                let suffix = position == 0 ? "" : "__\(position)"
                assertions.append(
                    Assertion(label: C2PAVocabulary.ingredientLabel + suffix, data: .ingredient(ingredient)))
            }
            assertions.append(
                Assertion(label: C2PAVocabulary.lineageLabel, data: .lineage(LineageData(work, credits))))
        }
    }

    private struct Assertion: Encodable {
        var label: String
        var data: AssertionData
    }

    private enum AssertionData: Encodable {
        case ingredient(Ingredient)
        case lineage(LineageData)

        func encode(to encoder: any Encoder) throws {
            switch self {
            case .ingredient(let ingredient): try ingredient.encode(to: encoder)
            case .lineage(let lineage): try lineage.encode(to: encoder)
            }
        }
    }

    private struct Ingredient: Encodable {
        var relationship: String
        var title: String?
        var instanceID: String

        enum CodingKeys: String, CodingKey {
            case relationship
            case title = "dc:title"
            case instanceID
        }
    }

    private struct LineageData: Encodable {
        struct Credit: Encodable {
            var instanceID: String
            var kind: String
            var weight: Float
            var flags: [String]?
            var at: String?
        }

        var creator: String?
        var createdAt: String?
        var state: String?
        var credits: [Credit]

        init(_ work: LineageDocument.Work, _ credits: [LineageDocument.Credit]) {
            creator = work.creator
            createdAt = work.createdAt.map(ExchangeText.text)
            state = work.state.map(ExchangeText.name)
            self.credits = credits.map { credit in
                Credit(
                    instanceID: C2PAVocabulary.instance(credit.parent), kind: credit.kind.name, weight: credit.weight,
                    flags: credit.flags.isEmpty ? nil : credit.flags.names, at: credit.at.map(ExchangeText.text))
            }
        }
    }
}
