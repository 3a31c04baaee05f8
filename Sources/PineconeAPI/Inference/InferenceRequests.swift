public import Metadata
public import StrictJSON
import TextEmbedding

/// The body of `POST /embed`.
public struct EmbedTextsRequest: Sendable {
    public var model: String
    public var texts: [String]

    public init(json: JSONElement) throws(JSONError) {
        var object = try json.object()
        model = try object.requiredString("model", bytes: 1...256)
        texts = []
        for input in try object.requiredArray("inputs", count: PineconeLimits.textRecordCount) {
            var fields = try input.object()
            texts.append(try fields.requiredString("text", bytes: 0...PineconeLimits.textBytesMax))
        }
        guard var parameters = try object.optionalObject("parameters") else { return }
        _ = try parameters.optionalChoice("input_type", from: ["query", "passage"])
        _ = try parameters.optionalChoice("truncate", from: ["END", "NONE", "START"])
        let dimension = InferenceModels.embedder.dimension
        _ = try parameters.optionalInt("dimension", in: dimension...dimension)
    }
}

/// The body of `POST /rerank`.
public struct RerankRequest: Sendable {
    public var model: String
    public var query: String
    /// The documents as they came, to be given back.
    public var documents: [JSONValue]
    /// What is read of each.
    public var texts: [String]
    public var topN: Int
    public var returnsDocuments: Bool

    public init(json: JSONElement) throws(JSONError) {
        var object = try json.object()
        model = try object.requiredString("model", bytes: 1...256)
        query = try object.requiredString("query", bytes: 1...PineconeLimits.textBytesMax)
        let rankFields = try object.optionalStrings("rank_fields", count: 1...16, bytes: 1...512) ?? ["text"]
        let array = try object.requiredArray("documents", count: PineconeLimits.rerankCount)
        documents = []
        texts = []
        for element in array {
            var fields = try element.object()
            var parts: [String] = []
            for field in rankFields {
                parts.append(try fields.requiredString(field, bytes: 0...PineconeLimits.textBytesMax))
            }
            texts.append(parts.joined(separator: "\n"))
            documents.append(try JSONValue(element))
        }
        topN = min(try object.optionalInt("top_n", in: 1...Int.max) ?? array.count, array.count)
        returnsDocuments = try object.optionalBool("return_documents") ?? true
    }
}

/// A line of `POST /records/namespaces/{ns}/upsert`: an id, a text, and metadata.
public struct TextRecord: Sendable {
    public var id: String
    /// All other fields, the text among them.
    public var metadata: MetadataRecord

    public init(json: JSONElement) throws(JSONError) {
        var object = try json.object()
        guard let id = object.value("_id") ?? object.value("id") else { throw object.missing("_id") }
        self.id = try id.recordID()
        metadata = try RecordMetadata.read(json)
        metadata["_id"] = nil
        if object.value("_id") == nil { metadata["id"] = nil }
    }
}

/// The body of `POST /records/namespaces/{ns}/search`.
public struct RecordSearchRequest: Sendable {
    public struct Rerank: Sendable {
        public var model: String
        public var rankFields: [String]
        public var topN: Int?
        /// The text of the search, when absent.
        public var query: String?
    }

    public var topK: Int
    public var text: String?
    public var vector: [Float]?
    public var sparse: SparseValues?
    public var id: String?
    public var filter: MetadataFilter?
    /// `nil` gives all fields.
    public var fields: [String]?
    public var rerank: Rerank?

    public init(json: JSONElement) throws(JSONError) {
        var object = try json.object()
        var query = try object.requiredValue("query").object()
        topK = try query.requiredValue("top_k").integer(in: PineconeLimits.topK)
        if var inputs = try query.optionalObject("inputs") {
            text = try inputs.requiredString("text", bytes: 1...PineconeLimits.textBytesMax)
        }
        if var given = try query.optionalObject("vector") {
            if let values = given.value("values") {
                // The interface definition wraps the list, the clients do not.
                var list = values
                if values.type == .object {
                    var wrapped = try values.object()
                    list = try wrapped.requiredValue("value")
                }
                vector = try list.floats(count: PineconeLimits.dimension)
            }
            if let indices = given.value("sparse_indices") {
                let values = try given.requiredValue("sparse_values").floats(count: PineconeLimits.sparseCount)
                sparse = try SparseValues(indices: SparseValues.indices(indices), values: values, of: indices)
            }
        }
        id = try query.value("id").map { value throws(JSONError) in try value.recordID() }
        filter = try RecordFilter.read(query.value("filter"))
        if let terms = query.value("match_terms") {
            throw terms.refusal(
                .outOfRange, "need an index with a sparse model, which this server does not have", limit: "absent")
        }
        let ways = (text == nil ? 0 : 1) + (vector == nil && sparse == nil ? 0 : 1) + (id == nil ? 0 : 1)
        guard ways == 1 else {
            throw query.refusal(
                "inputs", "or vector or id is required, and only one of them", limit: "inputs, vector or id")
        }
        fields = try object.optionalStrings("fields", count: 0...1_024, bytes: 0...512)
        if fields?.contains("*") == true { fields = nil }
        guard var given = try object.optionalObject("rerank") else { return }
        rerank = Rerank(
            model: try given.requiredString("model", bytes: 1...256),
            rankFields: try given.optionalStrings("rank_fields", count: 1...16, bytes: 1...512) ?? ["text"],
            topN: try given.optionalInt("top_n", in: PineconeLimits.topK),
            query: try given.optionalString("query", bytes: 1...PineconeLimits.textBytesMax))
        if rerank?.query == nil, text == nil {
            throw given.missing("query")
        }
    }
}
