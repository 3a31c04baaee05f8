import Engine
public import StrictJSON
import TextEmbedding

/// Vectors of texts.
public struct EmbedAnswer: Sendable {
    public var model: String
    public var vectors: [[Float]]
    public var tokenCount: Int

    public func write(to json: inout JSONBuilder) {
        json.object { json in
            json.field("model", model)
            json.field("vector_type", "dense")
            json.array("data") { json in
                for vector in vectors {
                    json.object { json in
                        json.field("vector_type", "dense")
                        json.field("values", floats: vector)
                    }
                }
            }
            json.object("usage") { $0.field("total_tokens", tokenCount) }
        }
    }
}

/// Documents in the order of their scores.
public struct RerankAnswer: Sendable {
    public var model: String
    public var ranked: [(index: Int, score: Double, document: JSONValue?)]

    public func write(to json: inout JSONBuilder) {
        json.object { json in
            json.field("model", model)
            json.array("data") { json in
                for entry in ranked {
                    json.object { json in
                        json.field("index", entry.index)
                        json.name("score")
                        json.value(entry.score)
                        if let document = entry.document {
                            json.name("document")
                            json.value(document)
                        }
                    }
                }
            }
            json.object("usage") { $0.field("rerank_units", 1) }
        }
    }
}

extension PineconeService {
    /// Models by kind, where one is asked for.
    public func models(kind: String?, vectorType: String?) -> [InferenceModels.Entry] {
        models.entries.filter { entry in
            (kind == nil || entry.kind.rawValue == kind)
                && (vectorType == nil || (entry.kind == .embed && vectorType == "dense"))
        }
    }

    public func model(_ name: String) throws -> InferenceModels.Entry { try models.entry(name) }

    /// - Throws: `notFound` for a model that is not there.
    public func embed(_ request: EmbedTextsRequest) throws -> EmbedAnswer {
        try models.require(request.model, .embed)
        let embedder = InferenceModels.embedder
        return EmbedAnswer(
            model: request.model, vectors: request.texts.map { embedder.embed($0) },
            tokenCount: request.texts.reduce(0) { $0 + embedder.tokenizer.ids(of: $1).count })
    }

    /// - Throws: `notFound` for a model that is not there.
    public func rerank(_ request: RerankRequest) throws -> RerankAnswer {
        try models.require(request.model, .rerank)
        let scores = Self.reranker.scores(query: request.query, texts: request.texts)
        return RerankAnswer(
            model: request.model,
            ranked: Self.order(scores).prefix(request.topN).map { index in
                (index, scores[index], request.returnsDocuments ? request.documents[index] : nil)
            })
    }

    static let reranker = TextReranker(embedder: InferenceModels.embedder)

    /// Positions of scores from the largest to the smallest; equal ones as they came.
    static func order(_ scores: [Double]) -> [Int] {
        scores.indices.sorted { (scores[$1], $0) < (scores[$0], $1) }
    }
}
