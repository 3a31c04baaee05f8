public import Metadata
public import StrictJSON
import Vectors

/// A record as fetches give it.
public struct FetchedRecord: Sendable {
    public var id: String
    public var values: [Float]
    public var sparse: SparseValues?
    public var metadata: MetadataRecord

    func write(to json: inout JSONBuilder) {
        json.object { json in writeFields(to: &json) }
    }

    func writeFields(to json: inout JSONBuilder) {
        json.field("id", id)
        json.field("values", floats: values)
        if let sparse {
            json.name("sparseValues")
            sparse.write(to: &json)
        }
        if !metadata.isEmpty {
            json.name("metadata")
            RecordMetadata.write(metadata, to: &json)
        }
    }
}

public struct FetchAnswer: Sendable {
    public var namespace: String
    public var records: [FetchedRecord]
    public var next: String?
    /// Whether the answer has pages.
    var isPaged = false

    public func write(to json: inout JSONBuilder) {
        json.object { json in
            json.object("vectors") { json in
                for record in records {
                    json.name(record.id)
                    record.write(to: &json)
                }
            }
            json.field("namespace", NamespaceName.shown(namespace))
            json.usage(max(1, (records.count + 9) / 10))
            json.pagination(next)
        }
    }
}

public struct QueryMatch: Sendable {
    public var id: String
    public var score: Float
    public var values: [Float]?
    public var sparse: SparseValues?
    public var metadata: MetadataRecord?
}

public struct QueryAnswer: Sendable {
    public var namespace: String
    public var matches: [QueryMatch]

    public func write(to json: inout JSONBuilder) {
        json.object { json in
            json.array("matches") { json in
                for match in matches { write(match, to: &json) }
            }
            json.field("namespace", NamespaceName.shown(namespace))
            json.usage(max(1, (matches.count + 99) / 100))
        }
    }

    private func write(_ match: QueryMatch, to json: inout JSONBuilder) {
        json.object { json in
            json.field("id", match.id)
            json.field("score", match.score)
            json.field("values", floats: match.values ?? [])
            if let sparse = match.sparse {
                json.name("sparseValues")
                sparse.write(to: &json)
            }
            if let metadata = match.metadata, !metadata.isEmpty {
                json.name("metadata")
                RecordMetadata.write(metadata, to: &json)
            }
        }
    }
}

public struct ListAnswer: Sendable {
    public var namespace: String
    public var ids: [String]
    public var next: String?

    public func write(to json: inout JSONBuilder) {
        json.object { json in
            json.array("vectors") { json in
                for id in ids { json.object { $0.field("id", id) } }
            }
            json.pagination(next)
            json.field("namespace", NamespaceName.shown(namespace))
            json.usage(1)
        }
    }
}

public struct IndexStats: Sendable {
    public var index: PineconeIndex
    public var namespaces: [(name: String, count: Int)]

    public func write(to json: inout JSONBuilder) {
        json.object { json in
            json.object("namespaces") { json in
                for namespace in namespaces {
                    json.object(namespace.name) { $0.field("vectorCount", namespace.count) }
                }
            }
            if let dense = index.dense { json.field("dimension", dense.dimension) }
            json.field("indexFullness", 0)
            json.field("totalVectorCount", namespaces.reduce(0) { $0 + $1.count })
            json.field("metric", index.dense?.metric.rawValue ?? "dotproduct")
            json.field("vectorType", index.dense == nil ? "sparse" : "dense")
        }
    }
}

extension JSONBuilder {
    /// Read units: what a read costs where it is billed. Here they only tell large reads from small ones.
    mutating func usage(_ readUnits: Int) {
        object("usage") { json in json.field("readUnits", readUnits) }
    }
}
