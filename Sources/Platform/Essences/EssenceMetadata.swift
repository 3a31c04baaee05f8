import Metadata
import StrictJSON

/// What filters over works can ask for: `realmId`, `nexusId`, `kind`, `visibility`, `tags`, `createdAt` (milliseconds
/// since 1970 UTC), and the caller's own metadata as `metadata.<key>`, objects flattened with dots.
enum EssenceMetadata {
    /// Levels of nested objects that are indexed.
    private static let depthMax = 4

    static func record(_ payload: EssencePayload, createdAt: Int64) -> MetadataRecord {
        var record: MetadataRecord = [
            "realmId": .string(payload.realmId),
            "kind": .string(payload.kind),
            "visibility": .string(payload.visibility.rawValue),
            "createdAt": .number(Double(createdAt)),
        ]
        if let nexusId = payload.nexusId { record["nexusId"] = .string(nexusId) }
        if !payload.tags.isEmpty { record["tags"] = .strings(payload.tags) }
        if let metadata = payload.metadata { add(metadata, as: "metadata", depth: 0, to: &record) }
        return record
    }

    private static func add(_ value: JSONValue, as name: String, depth: Int, to record: inout MetadataRecord) {
        switch value {
        case .string(let text): record[name] = .string(text)
        case .int(let number): record[name] = .number(Double(number))
        case .double(let number): record[name] = .number(number)
        case .bool(let flag): record[name] = .bool(flag)
        case .null: break
        case .array(let elements):
            let texts = elements.compactMap { if case .string(let text) = $0 { text } else { nil } }
            if !texts.isEmpty, texts.count == elements.count { record[name] = .strings(texts) }
        case .object(let members):
            guard depth < depthMax else { return }
            for (key, member) in members { add(member, as: "\(name).\(key)", depth: depth + 1, to: &record) }
        }
    }
}
