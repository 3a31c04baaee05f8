import Engine

extension EssenceService {
    /// A work that was checked and embedded away from the writer, or what was wrong with it.
    struct ImportedEssence: Sendable {
        fileprivate var prepared: Result<Prepared, EngineError>
    }

    /// Checks and embeds a work. A failure is kept for the write, so that one bad line does not end the others.
    func embedForImport(_ draft: EssenceDraft) -> ImportedEssence {
        do {
            return ImportedEssence(prepared: .success(try prepare([draft], isBatch: false)[0]))
        } catch let error as EngineError {
            return ImportedEssence(prepared: .failure(error))
        } catch {
            return ImportedEssence(prepared: .failure(EngineError(.internal, "\(error)")))
        }
    }

    /// As ``createBatch(_:)``, for works that are embedded already.
    func createEmbedded(_ works: [ImportedEssence]) async throws -> WriteReceipt<BatchResult> {
        try await write(try works.map { try $0.prepared.get() }, AnswerTimer())
    }
}
