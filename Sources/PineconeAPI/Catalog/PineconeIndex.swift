import Engine
public import StrictJSON
public import Vectors

/// An index as the catalog knows it: what both dialects of the control plane describe.
public struct PineconeIndex: Sendable, Equatable {
    /// The dense vectors of an index.
    public struct Dense: Sendable, Equatable {
        public var dimension: Int
        public var metric: Metric
    }

    /// Where an index was asked to run. Kept and shown; everything runs here.
    public enum Deployment: Sendable, Equatable {
        case managed(cloud: String, region: String)
        case pod(environment: String, podType: String, replicas: Int, shards: Int)
        case byoc(environment: String)
    }

    /// The model of an index that takes text.
    public struct Embed: Sendable, Equatable {
        /// As the caller named it.
        public var model: String
        /// The field that holds a record's text.
        public var textField: String
        public var readParameters: JSONValue?
        public var writeParameters: JSONValue?
    }

    public enum State: String, Sendable {
        case initializing = "Initializing"
        case ready = "Ready"
        case failed = "InitializationFailed"
    }

    /// Unique for all time, so that writes which are under way never reach a later index of the same name.
    public var id: String
    public var name: String
    /// Milliseconds since 1970 UTC.
    public var createdAt: Int64
    /// `nil` for an index of sparse vectors only.
    public var dense: Dense?
    /// Fields by which records may be filtered; `nil` when all are.
    public var filterableFields: [String]?
    public var deployment: Deployment
    public var readCapacity: JSONValue?
    public var embed: Embed?
    /// The schema of an index of documents, as it was given. Such an index takes no vectors.
    public var documentFields: JSONValue?
    public var isProtected: Bool
    public var tags: [String: String]
    public var state: State
    public var sourceBackup: String?

    /// Whether its records may have sparse vectors.
    public var takesSparse: Bool { dense == nil || dense?.metric == .dotProduct }

    /// Name of the engine's collection that holds its records.
    var collection: String { Self.collectionPrefix + id }

    static let collectionPrefix = "pinecone/"

    /// The collection that holds its records. One without dense vectors still has a dimension; its records have no vector.
    var specification: CollectionSpecification {
        CollectionSpecification(
            name: collection, dimension: dense?.dimension ?? 1, metric: dense?.metric ?? .dotProduct,
            embedder: embed?.model ?? "external", hasLineage: false)
    }
}

// MARK: - As it is stored

extension PineconeIndex {
    static let factPrefix = "pinecone.index."

    var factKey: String { Self.factPrefix + id }

    func encoded() -> String {
        var json = JSONBuilder()
        json.object { json in
            json.field("id", id)
            json.field("name", name)
            json.field("createdAt", Int(createdAt))
            if let dense {
                json.object("dense") { json in
                    json.field("dimension", dense.dimension)
                    json.field("metric", dense.metric.rawValue)
                }
            }
            if let filterableFields {
                json.array("filterableFields") { json in for field in filterableFields { json.value(field) } }
            }
            json.object("deployment") { json in deployment.write(to: &json) }
            if let readCapacity {
                json.name("readCapacity")
                json.value(readCapacity)
            }
            if let embed {
                json.object("embed") { json in embed.write(to: &json) }
            }
            if let documentFields {
                json.name("documentFields")
                json.value(documentFields)
            }
            json.field("isProtected", isProtected)
            json.object("tags") { json in
                for (key, value) in tags.sorted(by: { $0.key < $1.key }) { json.field(key, value) }
            }
            json.field("state", state.rawValue)
            json.field("sourceBackup", ifPresent: sourceBackup)
        }
        return String(decoding: json.bytes, as: UTF8.self)
    }

    /// - Throws: `dataLoss` when the text is not what ``encoded()`` writes.
    init(decoding text: String) throws {
        do {
            var object = try JSONDocument(parsing: Array(text.utf8)).root.object()
            let any = 0...Int.max
            var dense: Dense?
            if var fields = try object.optionalObject("dense") {
                let metric = try fields.requiredValue("metric").choice(of: Metric.self)
                dense = Dense(dimension: try fields.requiredValue("dimension").integer(), metric: metric)
            }
            var tags: [String: String] = [:]
            if var fields = try object.optionalObject("tags") {
                for (key, value) in fields.allFields() { tags[key] = try value.string() }
            }
            let state = try object.requiredString("state", bytes: any)
            var deployment = try object.requiredValue("deployment").object()
            self.init(
                id: try object.requiredString("id", bytes: any), name: try object.requiredString("name", bytes: any),
                createdAt: Int64(try object.requiredValue("createdAt").integer()), dense: dense,
                filterableFields: try object.optionalStrings("filterableFields", count: any, bytes: any),
                deployment: try Deployment(object: &deployment),
                readCapacity: try object.value("readCapacity").map { try JSONValue($0) },
                embed: try object.optionalObject("embed").map { try Embed(stored: $0) },
                documentFields: try object.value("documentFields").map { try JSONValue($0) },
                isProtected: try object.optionalBool("isProtected") ?? false, tags: tags,
                state: State(rawValue: state) ?? .failed,
                sourceBackup: try object.optionalString("sourceBackup", bytes: any))
        } catch {
            throw EngineError(.dataLoss, "the description of an index cannot be read: \(error)")
        }
    }
}

extension PineconeIndex.Deployment {
    /// As the 2026-07 dialect writes it.
    func write(to json: inout JSONBuilder) {
        switch self {
        case .managed(let cloud, let region):
            json.field("deployment_type", "managed")
            json.field("cloud", cloud)
            json.field("region", region)
        case .pod(let environment, let podType, let replicas, let shards):
            json.field("deployment_type", "pod")
            json.field("environment", environment)
            json.field("pod_type", podType)
            json.field("replicas", replicas)
            json.field("shards", shards)
        case .byoc(let environment):
            json.field("deployment_type", "byoc")
            json.field("environment", environment)
        }
    }

    /// As the 2026-07 dialect gives it.
    init(object: inout JSONObjectReader) throws(JSONError) {
        let words = 1...128
        switch try object.requiredValue("deployment_type").choice(from: ["managed", "pod", "byoc"]) {
        case "pod":
            self = .pod(
                environment: try object.requiredString("environment", bytes: words),
                podType: try object.optionalString("pod_type", bytes: words) ?? "p1.x1",
                replicas: try object.optionalInt("replicas", in: 1...10_000) ?? 1,
                shards: try object.optionalInt("shards", in: 1...10_000) ?? 1)
        case "byoc": self = .byoc(environment: try object.requiredString("environment", bytes: words))
        default:
            self = .managed(
                cloud: try object.optionalString("cloud", bytes: words) ?? "aws",
                region: try object.optionalString("region", bytes: words) ?? "us-east-1")
        }
    }
}

extension PineconeIndex.Embed {
    func write(to json: inout JSONBuilder) {
        json.field("model", model)
        json.object("field_map") { json in json.field("text", textField) }
        if let readParameters {
            json.name("read_parameters")
            json.value(readParameters)
        }
        if let writeParameters {
            json.name("write_parameters")
            json.value(writeParameters)
        }
    }

    init(stored object: JSONObjectReader) throws(JSONError) {
        var object = object
        var map = try object.requiredValue("field_map").object()
        self.init(
            model: try object.requiredString("model", bytes: 0...Int.max),
            textField: try map.requiredString("text", bytes: 0...Int.max),
            readParameters: try object.value("read_parameters").jsonValue(),
            writeParameters: try object.value("write_parameters").jsonValue())
    }
}

extension JSONElement? {
    /// The value as a tree, `nil` when there is none.
    func jsonValue() throws(JSONError) -> JSONValue? {
        if let self { try JSONValue(self) } else { nil }
    }
}
