import Engine

/// Many questions at once, each to one agent's memory.
public struct RecallBatch: Sendable {
    public struct Question: Sendable {
        public var nexusId: String
        public var request: RecallRequest

        public init(nexusId: String, request: RecallRequest) {
            self.nexusId = nexusId
            self.request = request
        }
    }

    public var recalls: [Question]

    public init(_ recalls: [Question] = []) { self.recalls = recalls }
}

/// One answer of a batch, in the place of its question.
public struct BatchedRecall: Sendable, Encodable {
    public var nexusId: String
    public var items: [RecallHit]
    /// Sequence of the nexus that this answer reflects.
    public var seq: UInt64
    public var tookMicros: Int
    public var explain: SearchPlanAnswer?
}

/// Answers in the order of the questions.
public struct RecallBatchAnswer: Sendable, Encodable {
    public var items: [BatchedRecall]
    public var tookMicros: Int
}

extension NexusService {
    /// Answers up to 100 recalls, on all cores. Each is the answer that ``recall(_:_:)`` gives.
    ///
    /// - Throws: the first question's error, with its path, such as `recalls[3].k`. All are checked before any is answered;
    ///   `touch` of the others may have been written when a write fails.
    public func recall(_ batch: RecallBatch) async throws -> RecallBatchAnswer {
        let timer = AnswerTimer()
        try ArgumentCheck.check(batch.recalls.count, "recalls", Limits.recallCount)
        for (index, question) in batch.recalls.enumerated() {
            try Self.placing(at: index) { try check(question) }
        }
        let answers = try await withThrowingTaskGroup(of: (Int, BatchedRecall).self) { group in
            for (index, question) in batch.recalls.enumerated() {
                group.addTask { [self] in
                    do {
                        let listing = try await recall(question.nexusId, question.request)
                        let answer = BatchedRecall(
                            nexusId: question.nexusId, items: listing.items, seq: listing.seq,
                            tookMicros: listing.tookMicros, explain: listing.explain)
                        return (index, answer)
                    } catch let error as EngineError { throw Self.placed(error, at: index) }
                }
            }
            var answers: [(Int, BatchedRecall)] = []
            for try await answer in group { answers.append(answer) }
            return answers.sorted { $0.0 < $1.0 }.map(\.1)
        }
        return RecallBatchAnswer(items: answers, tookMicros: timer.micros)
    }

    private func check(_ question: RecallBatch.Question) throws {
        try ArgumentCheck.check(nexusId: question.nexusId)
        try question.request.validate(dimension: embedder.dimension)
        _ = try question.request.memoryKinds()
        _ = try question.request.parameters(over: settings[question.nexusId]?.settings ?? NexusSettings())
    }

    private static func placing(at index: Int, _ body: () throws -> Void) throws {
        do { try body() } catch let error as EngineError { throw placed(error, at: index) }
    }

    /// The same error about a field of the batch.
    private static func placed(_ error: EngineError, at index: Int) -> EngineError {
        var error = error
        error.field = "recalls[\(index)]" + (error.field.map { ".\($0)" } ?? "")
        return error
    }
}
