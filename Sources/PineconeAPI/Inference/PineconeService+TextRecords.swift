import Engine
public import Metadata
public import StrictJSON
import TextEmbedding
import Vectors

/// Records found for a text, a vector or an id.
public struct RecordSearchAnswer: Sendable {
    public struct Hit: Sendable {
        public var id: String
        public var score: Double
        public var fields: MetadataRecord
    }

    public var hits: [Hit]
    public var embedTokens: Int?
    public var isReranked: Bool

    public func write(to json: inout JSONBuilder) {
        json.object { json in
            json.object("result") { json in
                json.array("hits") { json in
                    for hit in hits {
                        json.object { json in
                            json.field("_id", hit.id)
                            json.name("_score")
                            json.value(hit.score)
                            json.name("fields")
                            RecordMetadata.write(hit.fields, to: &json)
                        }
                    }
                }
            }
            json.object("usage") { json in
                json.field("read_units", max(1, (hits.count + 99) / 100))
                if let embedTokens { json.field("embed_total_tokens", embedTokens) }
                if isReranked { json.field("rerank_units", 1) }
            }
        }
    }
}

extension PineconeService {
    /// Makes an index that takes text.
    ///
    /// - Throws: `invalidArgument` for a model that is not there, or a dimension that it does not have; `alreadyExists`.
    public func create(_ draft: ModelIndexDraft) async throws -> PineconeIndex {
        let dense = try dense(for: draft.embed)
        return try await create(
            IndexDraft(
                name: draft.name, dense: dense, filterableFields: draft.filterableFields,
                deployment: draft.deployment, readCapacity: draft.readCapacity, embed: .init(draft.embed),
                isProtected: draft.isProtected, tags: draft.tags))
    }

    /// The vectors that a model makes.
    func dense(for embed: EmbedRequest) throws -> PineconeIndex.Dense {
        do {
            try models.require(embed.model, .embed)
        } catch let error as EngineError {
            throw EngineError.refused("embed.model", error.message)
        }
        let dimension = InferenceModels.embedder.dimension
        guard embed.dimension ?? dimension == dimension else {
            throw EngineError.refused(
                "embed.dimension", "embed.dimension must be \(dimension), got \(embed.dimension ?? 0)",
                limit: "\(dimension)")
        }
        return PineconeIndex.Dense(
            dimension: dimension, metric: embed.metric.flatMap { .init(rawValue: $0) } ?? .cosine)
    }

    /// Stores records with text, embedded by the index's model.
    public func upsert(
        _ records: [TextRecord], namespace: String, in indexName: String
    ) async throws -> Sequenced<Int> {
        let index = try vectorIndex(indexName)
        let embed = try embed(of: index)
        let vectors = try records.enumerated().map { position, record in
            guard case .string(let text)? = record.metadata[embed.textField] else {
                throw EngineError.refused(
                    "records[\(position)].\(embed.textField)",
                    "record \"\(record.id)\" needs a text in field \"\(embed.textField)\"", limit: "a string")
            }
            let vector = InferenceModels.embedder.embed(text)
            guard vector.contains(where: { $0 != 0 }) else {
                throw EngineError.refused(
                    "records[\(position)].\(embed.textField)",
                    "the text of record \"\(record.id)\" has no word in it", limit: "≥ 1 word")
            }
            return VectorDraft(id: record.id, values: vector, sparse: nil, metadata: record.metadata)
        }
        return try await upsert(UpsertRequest(namespace: namespace, vectors: vectors), in: indexName)
    }

    /// The records nearest to a text, a vector or a record, reranked when asked for.
    public func search(
        _ request: RecordSearchRequest, namespace: String, in indexName: String
    ) throws -> Sequenced<RecordSearchAnswer> {
        let index = try vectorIndex(indexName)
        var vector = request.vector
        var tokens: Int?
        if let text = request.text {
            _ = try embed(of: index)
            vector = InferenceModels.embedder.embed(text)
            tokens = InferenceModels.embedder.tokenizer.ids(of: text).count
        }
        if let rerank = request.rerank { try models.require(rerank.model, .rerank) }
        let found = try query(
            QueryRequest(
                namespace: namespace, topK: request.topK, vector: vector, sparse: request.sparse, id: request.id,
                filter: request.filter, includeMetadata: true), in: indexName)
        var hits = found.value.matches.map {
            RecordSearchAnswer.Hit(id: $0.id, score: Double($0.score), fields: $0.metadata ?? [:])
        }
        if let rerank = request.rerank { hits = self.rerank(hits, rerank, text: request.text) }
        if let fields = request.fields {
            for position in hits.indices {
                hits[position].fields = hits[position].fields.filter { fields.contains($0.key) }
            }
        }
        return Sequenced(
            value: RecordSearchAnswer(hits: hits, embedTokens: tokens, isReranked: request.rerank != nil),
            lsn: found.lsn)
    }

    private func rerank(
        _ hits: [RecordSearchAnswer.Hit], _ rerank: RecordSearchRequest.Rerank, text: String?
    ) -> [RecordSearchAnswer.Hit] {
        let texts = hits.map { hit in
            rerank.rankFields.compactMap { field in
                if case .string(let text)? = hit.fields[field] { text } else { nil }
            }.joined(separator: "\n")
        }
        let scores = Self.reranker.scores(query: rerank.query ?? text ?? "", texts: texts)
        return Self.order(scores).prefix(rerank.topN ?? hits.count).map { position in
            var hit = hits[position]
            hit.score = scores[position]
            return hit
        }
    }

    private func embed(of index: PineconeIndex) throws -> PineconeIndex.Embed {
        guard let embed = index.embed else {
            throw EngineError.refused(
                "index", "index \(index.name) was made without a model: it takes vectors, not text",
                limit: "an index of create-for-model")
        }
        try models.require(embed.model, .embed)
        return embed
    }
}

extension PineconeIndex.Embed {
    init(_ request: EmbedRequest) {
        self.init(
            model: request.model, textField: request.textField, readParameters: request.readParameters,
            writeParameters: request.writeParameters)
    }
}
