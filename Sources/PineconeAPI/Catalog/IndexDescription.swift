public import StrictJSON
import Vectors

/// How an index is described to its callers.
public struct IndexDescription: Sendable {
    public var index: PineconeIndex
    /// Where its data plane answers: `http://127.0.0.1:5080/_index/movies`.
    public var host: String
    public var dialect: PineconeDialect

    public init(index: PineconeIndex, host: String, dialect: PineconeDialect) {
        self.index = index
        self.host = host
        self.dialect = dialect
    }

    public func write(to json: inout JSONBuilder) {
        json.object { json in
            json.field("name", index.name)
            json.field("host", host)
            json.object("status") { json in
                json.field("ready", index.state == .ready)
                json.field("state", index.state.rawValue)
            }
            json.field("deletion_protection", index.isProtected ? "enabled" : "disabled")
            if !index.tags.isEmpty {
                json.object("tags") { json in
                    for (key, value) in index.tags.sorted(by: { $0.key < $1.key }) { json.field(key, value) }
                }
            }
            switch dialect {
            case .spec: writeSpec(to: &json)
            case .schema: writeSchema(to: &json)
            }
        }
    }

    // MARK: Up to 2026-04

    /// What kind of vectors there are, without place and state.
    func writeShape(to json: inout JSONBuilder) {
        switch dialect {
        case .spec:
            // The older dialect has no words for a document's schema: it sees the first dense field, or sparse ones.
            let dense = index.dense ?? documentDense
            if let dense { json.field("dimension", dense.dimension) }
            json.field("metric", dense?.metric.rawValue ?? "dotproduct")
        case .schema:
            json.object("schema") { json in
                json.object("fields") { json in writeFields(to: &json) }
            }
        }
    }

    private func writeSpec(to json: inout JSONBuilder) {
        writeShape(to: &json)
        json.field("vector_type", (index.dense ?? documentDense) == nil ? "sparse" : "dense")
        if let embed = index.embed {
            json.object("embed") { json in
                embed.write(to: &json)
                if let dense = index.dense {
                    json.field("dimension", dense.dimension)
                    json.field("metric", dense.metric.rawValue)
                }
                json.field("vector_type", "dense")
            }
        }
        json.object("spec") { json in
            switch index.deployment {
            case .managed(let cloud, let region):
                json.object("serverless") { json in
                    json.field("cloud", cloud)
                    json.field("region", region)
                    writeReadCapacity(to: &json)
                    writeFilterableFields(to: &json)
                }
            case .pod(let environment, let podType, let replicas, let shards):
                json.object("pod") { json in
                    json.field("environment", environment)
                    json.field("pod_type", podType)
                    json.field("replicas", replicas)
                    json.field("shards", shards)
                    json.field("pods", replicas * shards)
                }
            case .byoc(let environment):
                json.object("byoc") { json in
                    json.field("environment", environment)
                    writeReadCapacity(to: &json)
                }
            }
        }
    }

    private func writeFilterableFields(to json: inout JSONBuilder) {
        guard let fields = index.filterableFields else { return }
        json.object("schema") { json in
            json.object("fields") { json in
                for field in fields { json.object(field) { $0.field("filterable", true) } }
            }
        }
    }

    private var documentDense: PineconeIndex.Dense? {
        guard case .object(let fields)? = index.documentFields else { return nil }
        for (_, field) in fields.sorted(by: { $0.key < $1.key }) {
            guard case .object(let members) = field, members["type"] == .string("dense_vector"),
                case .int(let dimension)? = members["dimension"]
            else { continue }
            let metric: String? = if case .string(let name)? = members["metric"] { name } else { nil }
            return PineconeIndex.Dense(
                dimension: Int(dimension), metric: metric.flatMap { .init(rawValue: $0) } ?? .cosine)
        }
        return nil
    }

    // MARK: From 2026-07 on

    private func writeSchema(to json: inout JSONBuilder) {
        writeShape(to: &json)
        json.object("deployment") { json in index.deployment.write(to: &json) }
        writeReadCapacity(to: &json)
        json.field("source_backup_id", ifPresent: index.sourceBackup)
    }

    private func writeFields(to json: inout JSONBuilder) {
        if case .object(let fields)? = index.documentFields {
            for (name, field) in fields.sorted(by: { $0.key < $1.key }) {
                json.name(name)
                json.value(field)
            }
            return
        }
        if let embed = index.embed {
            json.object(embed.textField) { json in
                json.field("type", "semantic_text")
                json.field("model", embed.model)
                json.field("metric", ifPresent: index.dense?.metric.rawValue)
                if let parameters = embed.readParameters {
                    json.name("read_parameters")
                    json.value(parameters)
                }
                if let parameters = embed.writeParameters {
                    json.name("write_parameters")
                    json.value(parameters)
                }
            }
        } else if let dense = index.dense {
            json.object(IndexDraft.denseField) { json in
                json.field("type", "dense_vector")
                json.field("dimension", dense.dimension)
                json.field("metric", dense.metric.rawValue)
            }
        } else {
            json.object(IndexDraft.sparseField) { json in json.field("type", "sparse_vector") }
        }
        for field in index.filterableFields ?? [] where field != index.embed?.textField {
            json.object(field) { $0.field("filterable", true) }
        }
    }

    /// Capacity as it was asked for, which is what it is: there is one server. Clients of 2025-10 need it to be there.
    private func writeReadCapacity(to json: inout JSONBuilder) {
        var members: [String: JSONValue] = ["mode": .string("OnDemand")]
        if case .object(let given)? = index.readCapacity { members = given }
        members["status"] = .object(["state": .string("Ready")])
        json.name("read_capacity")
        json.value(.object(members))
    }
}
