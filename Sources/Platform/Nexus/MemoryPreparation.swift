import Engine
import Ranking

/// A memory that passed its checks, with its vector: all that can be done before the write.
struct PreparedMemory: Sendable {
    var id: String
    /// Whether the caller chose the id.
    var hasOwnId: Bool
    var createdAt: Int64?
    var payload: MemoryPayload
    var vector: [Float]
    var merges: Bool
    /// Path of the draft in its request with a dot at the end, or nothing.
    var path: String
}

extension NexusService {
    /// Checks the drafts and embeds their texts. Changes nothing.
    ///
    /// - Parameter path: of a single draft in its request, with a dot at the end, or nothing.
    func prepare(_ drafts: [MemoryDraft], path single: String = "") throws -> [PreparedMemory] {
        try ArgumentCheck.check(drafts.count, "items", Limits.batchCount)
        var ids: Set<String> = []
        return try drafts.enumerated().map { index, draft in
            let path = drafts.count == 1 ? single : "items[\(index)]."
            let kind = try draft.validate(path: path, dimension: embedder.dimension)
            if let id = draft.id, !ids.insert(id).inserted {
                throw EngineError.invalid(path + "id", "\(path)id \"\(id)\" is given twice", limit: "each id once")
            }
            return PreparedMemory(
                id: draft.id ?? TimeOrderedID.make(now: clock()), hasOwnId: draft.id != nil,
                createdAt: draft.createdAt?.milliseconds,
                payload: MemoryPayload(draft, kind: kind),
                vector: try embedder.vector(
                    given: draft.vector, text: draft.text ?? "", field: path + "vector", textField: path + "text"),
                merges: draft.dedup == .merge, path: path)
        }
    }
}
