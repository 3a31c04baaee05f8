import Engine
public import StrictJSON
import TextEmbedding

/// The models of this server, under their own names and under those that callers were promised.
public struct InferenceModels: Sendable {
    public enum Kind: String, Sendable {
        case embed, rerank
    }

    /// One name under which a model answers.
    public struct Entry: Sendable {
        public var name: String
        public var kind: Kind
        /// The model behind another name.
        public var aliasOf: String?
    }

    static let embedder = TextEmbedder.builtIn
    public static let embedName = embedder.name
    public static let rerankName = TextReranker.name

    /// In the order of names; the server's own first.
    public let entries: [Entry]
    private let kinds: [String: Kind]

    /// - Parameter aliases: other names, each with the name of the model that is to answer to it.
    /// - Throws: `invalidArgument` for an alias of a model that is not there, or for a name that is taken.
    public init(aliases: [String: String] = [:]) throws {
        var entries = [
            Entry(name: Self.embedName, kind: .embed, aliasOf: nil),
            Entry(name: Self.rerankName, kind: .rerank, aliasOf: nil),
        ]
        for (name, model) in aliases.sorted(by: { $0.key < $1.key }) {
            guard let own = entries.prefix(2).first(where: { $0.name == model }) else {
                throw EngineError.refused(
                    "--model-alias", "there is no model \"\(model)\" that \"\(name)\" could stand for",
                    limit: "\(Self.embedName), \(Self.rerankName)")
            }
            guard !name.isEmpty, !entries.contains(where: { $0.name == name }) else {
                throw EngineError.refused(
                    "--model-alias", "the name \"\(name)\" is empty or taken", limit: "a free name")
            }
            entries.append(Entry(name: name, kind: own.kind, aliasOf: model))
        }
        self.entries = entries
        kinds = Dictionary(uniqueKeysWithValues: entries.map { ($0.name, $0.kind) })
    }

    /// - Throws: `notFound`, saying how another name can be made to work.
    func require(_ name: String, _ kind: Kind) throws {
        guard kinds[name] == kind else {
            throw EngineError(
                .notFound,
                "Model '\(name.prefix(100))' not found. This server embeds with \(Self.embedName) and reranks with "
                    + "\(Self.rerankName); start it with --model-alias '\(name.prefix(100))=…' to serve this name",
                field: "model")
        }
    }

    /// - Throws: `notFound`.
    public func entry(_ name: String) throws -> Entry {
        guard let entry = entries.first(where: { $0.name == name }) else {
            throw EngineError(.notFound, "Model '\(name.prefix(100))' not found", field: "model")
        }
        return entry
    }
}

extension InferenceModels.Entry {
    public func write(to json: inout JSONBuilder) {
        json.object { json in
            json.field("model", name)
            let note = aliasOf.map { " (answers in the name of \(name): \($0))" } ?? ""
            json.field("type", kind.rawValue)
            json.field("provider_name", "arcanea")
            json.field("modality", "text")
            switch kind {
            case .embed:
                json.field("short_description", "Static embeddings, inside the server, of a text's word pieces" + note)
                json.field("vector_type", "dense")
                json.field("default_dimension", InferenceModels.embedder.dimension)
                json.array("supported_dimensions") { $0.value(InferenceModels.embedder.dimension) }
                json.array("supported_metrics") { json in
                    for metric in ["cosine", "dotproduct", "euclidean"] { json.value(metric) }
                }
                json.field("max_sequence_length", 256)
                json.field("max_batch_size", PineconeLimits.textRecordCount.upperBound)
                json.array("supported_parameters") { json in
                    Self.writeParameter("input_type", required: true, allowed: ["query", "passage"], nil, to: &json)
                    Self.writeParameter("truncate", required: false, allowed: ["END", "NONE"], "END", to: &json)
                }
            case .rerank:
                json.field("short_description", "Likeness of embeddings blended with shared words" + note)
                json.field("max_sequence_length", 256)
                json.field("max_batch_size", PineconeLimits.rerankCount.upperBound)
                json.array("supported_parameters") { json in
                    Self.writeParameter("truncate", required: false, allowed: ["END", "NONE"], "END", to: &json)
                }
            }
        }
    }

    private static func writeParameter(
        _ name: String, required: Bool, allowed: [String], _ fallback: String?, to json: inout JSONBuilder
    ) {
        json.object { json in
            json.field("parameter", name)
            json.field("type", "one_of")
            json.field("value_type", "string")
            json.field("required", required)
            json.array("allowed_values") { json in for value in allowed { json.value(value) } }
            json.field("default", ifPresent: fallback)
        }
    }
}
