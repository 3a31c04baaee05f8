import Engine
import Foundation
import Ranking
import StrictJSON

/// A memory as its record holds it: JSON, so that old stores stay readable when fields are added.
struct MemoryPayload: Sendable, Equatable, Encodable {
    var text: String?
    var kind: MemoryKind
    var importance: Double
    var entities: [String]
    var tags: [String]
    var pinned: Bool
    /// Milliseconds since 1970 UTC, as all times here.
    var validFrom: Int64?
    var validTo: Int64?
    /// When the memory is deleted.
    var expiresAt: Int64?
    var uses: Int
    var lastUsedAt: Int64?
    var metadata: JSONValue?
    /// When the store learned of `validTo`, if later than the memory itself.
    var closedAt: Int64?
    /// When the memory was forgotten softly.
    var forgottenAt: Int64?
    /// The memory that took this one's place, and those whose place it took.
    var supersededBy: String?
    var supersedes: [String]?
    /// Ids that were given to memories which were merged into this one.
    var mergedIds: [String]?
}

extension MemoryPayload {
    /// A memory that nobody used yet.
    init(_ draft: MemoryDraft, kind: MemoryKind) {
        self.init(
            text: draft.text, kind: kind, importance: draft.importance, entities: draft.entities, tags: draft.tags,
            pinned: draft.pinned, validFrom: draft.validFrom?.milliseconds, validTo: draft.validTo?.milliseconds,
            expiresAt: draft.expiresAt?.milliseconds, uses: 0, lastUsedAt: nil, metadata: draft.metadata)
    }

    func encoded() throws -> [UInt8] {
        try JSONOutput.encode(self)
    }

    /// - Throws: `dataLoss` when the bytes are not what ``encoded()`` writes.
    init(decoding bytes: [UInt8], key: String) throws {
        do {
            var object = try JSONDocument(parsing: bytes).root.object()
            let kindName = try object.requiredString("kind", bytes: Limits.kindBytes)
            guard let kind = MemoryKind(rawValue: kindName) else { throw object.missing("kind") }
            let any = 0...Int.max
            self.init(
                text: try object.optionalString("text", bytes: any), kind: kind,
                importance: try object.optionalDouble("importance") ?? 0.5,
                entities: try object.optionalStrings("entities", count: any, bytes: any) ?? [],
                tags: try object.optionalStrings("tags", count: any, bytes: any) ?? [],
                pinned: try object.optionalBool("pinned") ?? false,
                validFrom: try object.optionalInt("validFrom", in: Int.min...Int.max).map(Int64.init),
                validTo: try object.optionalInt("validTo", in: Int.min...Int.max).map(Int64.init),
                expiresAt: try object.optionalInt("expiresAt", in: Int.min...Int.max).map(Int64.init),
                uses: try object.optionalInt("uses", in: any) ?? 0,
                lastUsedAt: try object.optionalInt("lastUsedAt", in: Int.min...Int.max).map(Int64.init),
                metadata: try object.value("metadata").map { try JSONValue($0) },
                closedAt: try object.optionalInt("closedAt", in: Int.min...Int.max).map(Int64.init),
                forgottenAt: try object.optionalInt("forgottenAt", in: Int.min...Int.max).map(Int64.init),
                supersededBy: try object.optionalString("supersededBy", bytes: any),
                supersedes: try object.optionalStrings("supersedes", count: any, bytes: any),
                mergedIds: try object.optionalStrings("mergedIds", count: any, bytes: any))
        } catch {
            throw EngineError(.dataLoss, "memory \"\(key)\" cannot be read: \(error)")
        }
    }

    /// Counts one more use.
    mutating func use(at time: Int64) {
        uses += 1
        lastUsedAt = max(lastUsedAt ?? time, time)
    }

    /// Takes over a newer memory that says the same: a use, the newest text, and the sources of both.
    mutating func merge(_ newer: MemoryPayload, at time: Int64) {
        use(at: time)
        if let text = newer.text { self.text = text }
        if let metadata = newer.metadata { self.metadata = metadata }
        entities = Self.united(entities, newer.entities, max: Limits.entityCountMax)
        tags = Self.united(tags, newer.tags, max: Limits.tagCountMax)
        importance = max(importance, newer.importance)
        pinned = pinned || newer.pinned
        // What the newer memory says about validity holds; what it leaves open stays as it was.
        validFrom = newer.validFrom ?? validFrom
        validTo = newer.validTo ?? validTo
        // Both must have expired.
        expiresAt = newer.expiresAt.flatMap { newer in expiresAt.map { max($0, newer) } }
    }

    /// Ends the memory at `time`, as far as it did not end before; the store learns of it at `now`.
    mutating func supersede(by other: String, at time: Int64, now: Int64) {
        let validity = MemoryValidity(recordedAt: now, validFrom: validFrom, validTo: validTo).superseded(at: time)
        if validity.validTo != validTo {
            validTo = validity.validTo
            closedAt = now
        }
        supersededBy = other
    }

    /// Notes that a memory's id, when it had one of its own, now means this one.
    mutating func noteMerged(id: String?) {
        guard let id, mergedIds?.contains(id) != true else { return }
        mergedIds = Array(((mergedIds ?? []) + [id]).suffix(Limits.entityCountMax))
    }

    /// The labels of both, each once, the newer ones first when there are too many.
    private static func united(_ old: [String], _ new: [String], max: Int) -> [String] {
        var known = Set(new)
        let kept = old.filter { known.insert($0).inserted }
        return kept.suffix(Swift.max(0, max - new.count)) + new
    }

}

extension Memory {
    init(_ record: Record, nexusId: String) throws {
        try self.init(record, payload: MemoryPayload(decoding: record.payload, key: record.key), nexusId: nexusId)
    }

    init(_ record: Record, payload: MemoryPayload, nexusId: String) {
        self.init(
            id: record.key, nexusId: nexusId, text: payload.text, kind: payload.kind.rawValue,
            importance: payload.importance, entities: payload.entities, tags: payload.tags, pinned: payload.pinned,
            createdAt: Timestamp(milliseconds: record.createdAt),
            validFrom: payload.validFrom.map(Timestamp.init(milliseconds:)),
            validTo: payload.validTo.map(Timestamp.init(milliseconds:)),
            expiresAt: payload.expiresAt.map(Timestamp.init(milliseconds:)), uses: payload.uses,
            lastUsedAt: payload.lastUsedAt.map(Timestamp.init(milliseconds:)), metadata: payload.metadata, vector: nil,
            seq: record.seq, forgottenAt: payload.forgottenAt.map(Timestamp.init(milliseconds:)),
            supersededBy: payload.supersededBy, supersedes: payload.supersedes, mergedIds: payload.mergedIds)
    }
}
