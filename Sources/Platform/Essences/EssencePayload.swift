import Engine
import StrictJSON

/// A work as its record holds it: JSON with the names of the create call, so that old stores stay readable when fields
/// are added. Id, times, vector and lineage stand elsewhere.
struct EssencePayload: Sendable, Equatable, Encodable {
    var realmId: String
    var nexusId: String?
    var kind: String
    /// Absent once the work was taken down.
    var title: String?
    var text: String?
    var spark: Spark?
    var shadow: Shadow?
    var tags: [String] = []
    var metadata: JSONValue?
    var visibility: Visibility
    /// The work that took this one's place.
    var mergedInto: String?
    /// True when the caller brought the vector: a change of the text then leaves it alone.
    var hasOwnVector: Bool
}

extension EssencePayload {
    init(_ draft: EssenceDraft) {
        self.init(
            realmId: draft.realmId, nexusId: draft.nexusId, kind: draft.kind, title: draft.title, text: draft.text,
            spark: draft.spark, shadow: draft.shadow, tags: draft.tags, metadata: draft.metadata,
            visibility: draft.visibility, mergedInto: nil, hasOwnVector: draft.vector != nil)
    }

    func encoded() throws -> [UInt8] { try JSONOutput.encode(self) }

    /// - Throws: `dataLoss` when the bytes are not what ``encoded()`` writes.
    init(decoding bytes: [UInt8], key: String) throws {
        do {
            var object = try JSONDocument(parsing: bytes).root.object()
            let any = 0...Int.max
            self.init(
                realmId: try object.requiredString("realmId", bytes: any),
                nexusId: try object.optionalString("nexusId", bytes: any),
                kind: try object.requiredString("kind", bytes: any),
                title: try object.optionalString("title", bytes: any),
                text: try object.optionalString("text", bytes: any),
                spark: try object.optionalObject("spark").map { try Spark(object: $0) },
                shadow: try object.optionalObject("shadow").map { try Shadow(object: $0) },
                tags: try object.optionalStrings("tags", count: any, bytes: any) ?? [],
                metadata: try object.value("metadata").map { try JSONValue($0) },
                visibility: try object.optionalChoice("visibility", of: Visibility.self) ?? .public,
                mergedInto: try object.optionalString("mergedInto", bytes: any),
                hasOwnVector: try object.optionalBool("hasOwnVector") ?? false)
        } catch {
            throw EngineError(.dataLoss, "work \"\(key)\" cannot be read: \(error)")
        }
    }

    /// What a takedown leaves: whose work it was, and nothing of its content.
    func tombstone(mergedInto: String?) -> EssencePayload {
        EssencePayload(
            realmId: realmId, nexusId: nil, kind: kind, visibility: visibility, mergedInto: mergedInto,
            hasOwnVector: hasOwnVector)
    }

    /// What the built-in embedder reads: title and text, or the prompt when there is no text.
    var embeddedText: String {
        var parts = [title ?? ""]
        if let text, !text.isEmpty {
            parts.append(text)
        } else if let prompt = spark?.prompt {
            parts.append(prompt)
        }
        return parts.joined(separator: "\n")
    }
}
