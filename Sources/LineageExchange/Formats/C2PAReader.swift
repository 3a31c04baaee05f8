import Lineage
import StrictJSON

/// Reads the ingredient assertions of manifests, one manifest a line, of this program or of another one.
///
/// Ingredients without a line of ours about them get the kind that their relationship suggests (`parentOf` remix,
/// `componentOf` collab, `inputTo` inspiredBy) and weight 1. Assertions of other labels are passed over.
struct C2PALineageReader: LineageReader {
    func read(_ input: LineageInput) throws -> LineageReading {
        var builder = DocumentBuilder(
            file: input.name, fields: .init(id: "instanceID", parent: "instanceID", child: "instanceID"))
        try input.forEachLine { bytes, line in
            guard bytes.contains(where: { $0 > 0x20 }) else { return }
            try locating(input.name, line) {
                var manifest = try JSONDocument(parsing: bytes).root.object()
                let reading = try Self.manifest(&manifest)
                try builder.add(reading.work, line: line)
                for credit in reading.credits { try builder.add(credit, line: line) }
            }
        }
        return builder.finish()
    }

    private typealias Manifest = (work: LineageDocument.Work, credits: [LineageDocument.Credit])

    private static func manifest(_ object: inout JSONObjectReader) throws -> Manifest {
        let instance = try object.requiredString("instanceID", bytes: 1...4_096)
        let child = try C2PAVocabulary.id(instance)
        var manifest: Manifest = (LineageDocument.Work(id: child), [])
        manifest.work.title = try object.optionalString("title", bytes: 0...ExchangeLimits.titleBytesMax)
        var stated: [LineageDocument.Credit] = []
        var ingredients: [LineageDocument.Credit] = []
        var parents = 0
        for element in try object.optionalArray("assertions", count: 0...1_000).map(Array.init) ?? [] {
            var assertion = try element.object()
            let label = try assertion.requiredString("label", bytes: 1...512)
            if label == C2PAVocabulary.lineageLabel {
                guard var data = try assertion.optionalObject("data") else { throw assertion.missing("data") }
                stated = try lineage(&data, &manifest.work)
            } else if isIngredient(label) {
                guard var data = try assertion.optionalObject("data") else { throw assertion.missing("data") }
                let (credit, isParent) = try ingredient(&data, child: child)
                parents += isParent ? 1 : 0
                guard parents <= 1 else {
                    throw data.refusal("relationship", "is a second parentOf", limit: "one parentOf a manifest")
                }
                ingredients.append(credit)
            }
        }
        let names = Set(ingredients.map(\.parent))
        if let credit = stated.first(where: { !$0.flags.contains(.retracted) && !names.contains($0.parent) }) {
            throw FieldFault(
                C2PAVocabulary.lineageLabel, "names \(credit.parent.excerpt), which is no ingredient",
                limit: "an ingredient")
        }
        let known = Set(stated.map(\.parent))
        manifest.credits = stated + ingredients.filter { !known.contains($0.parent) }
        return manifest
    }

    /// `c2pa.ingredient`, its later versions, and their numbered repetitions.
    private static func isIngredient(_ label: String) -> Bool {
        let name = label.firstRange(of: "__").map { String(label[..<$0.lowerBound]) } ?? label
        return name == "c2pa.ingredient" || name.hasPrefix("c2pa.ingredient.v")
    }

    private static func ingredient(
        _ data: inout JSONObjectReader, child: String
    ) throws -> (credit: LineageDocument.Credit, isParent: Bool) {
        let relationship = try data.requiredString("relationship", bytes: 1...64)
        guard let kind = C2PAVocabulary.kind(relationship) else {
            throw data.refusal("relationship", "is unknown", limit: "parentOf, componentOf, inputTo")
        }
        let parent = try C2PAVocabulary.id(data.requiredString("instanceID", bytes: 1...4_096))
        return (LineageDocument.Credit(parent: parent, child: child, kind: kind), relationship == "parentOf")
    }

    /// Fills in the work and gives what is stated about its credits.
    private static func lineage(
        _ data: inout JSONObjectReader, _ work: inout LineageDocument.Work
    ) throws -> [LineageDocument.Credit] {
        work.creator = try data.optionalString("creator", bytes: ExchangeLimits.idBytes)
        work.createdAt = try data.optionalTimestamp("createdAt")
        work.state = try data.optionalString("state", bytes: 0...64).map { try ExchangeText.state($0, field: "state") }
        return try (data.optionalArray("credits", count: 0...LineageGraph.parentsMax).map(Array.init) ?? []).map {
            element in
            var object = try element.object()
            let parent = try C2PAVocabulary.id(object.requiredString("instanceID", bytes: 1...4_096))
            return LineageDocument.Credit(
                parent: parent, child: work.id,
                kind: try object.optionalString("kind", bytes: 0...64).map {
                    try ExchangeText.kind($0, field: "kind")
                } ?? .remix,
                weight: try object.optionalDouble("weight", in: .any).map { Float($0) } ?? 1,
                flags: try ExchangeText.flags(
                    object.optionalStrings("flags", count: 0...4, bytes: 0...64) ?? [], field: "flags"),
                at: try object.optionalTimestamp("at"))
        }
    }
}
