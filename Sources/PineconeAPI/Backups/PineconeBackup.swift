public import Engine
public import StrictJSON

/// A copy of an index at one moment.
public struct PineconeBackup: Sendable, Equatable {
    public enum Status: String, Sendable {
        case initializing = "Initializing"
        case ready = "Ready"
        case failed = "Failed"
    }

    public var id: String
    public var name: String?
    public var text: String?
    /// Milliseconds since 1970 UTC.
    public var createdAt: Int64
    public var status: Status
    /// The index as it was.
    public var source: PineconeIndex
    /// Schemas of its namespaces, as they were.
    public var schemas: [String: [String]]
    public var summary: ArchiveSummary
}

/// A backup on its way to becoming an index.
public struct RestoreJob: Sendable, Equatable {
    public enum Status: String, Sendable {
        case running = "InProgress"
        case completed = "Completed"
        case failed = "Failed"
    }

    public var id: String
    public var backup: String
    public var indexName: String
    public var indexID: String
    public var createdAt: Int64
    public var completedAt: Int64?
    public var status: Status
    /// Share that is done, 0…1. Not stored.
    public var progress: Double
}

// MARK: - As they are described

extension PineconeBackup {
    public func write(to json: inout JSONBuilder, dialect: PineconeDialect) {
        json.object { json in
            json.field("backup_id", id)
            json.field("source_index_name", source.name)
            json.field("source_index_id", source.id)
            json.field("status", status.rawValue)
            json.field("cloud", source.deployment.place.cloud)
            json.field("region", source.deployment.place.region)
            json.field("name", ifPresent: name)
            json.field("description", ifPresent: text)
            IndexDescription(index: source, host: "", dialect: dialect).writeShape(to: &json)
            json.field("record_count", summary.recordCount)
            json.field("namespace_count", summary.namespaceCount)
            json.field("size_bytes", summary.byteCount)
            json.object("tags") { json in
                for (key, value) in source.tags.sorted(by: { $0.key < $1.key }) { json.field(key, value) }
            }
            json.field("created_at", RFC3339.format(createdAt))
        }
    }
}

extension RestoreJob {
    public func write(to json: inout JSONBuilder) {
        json.object { json in
            json.field("restore_job_id", id)
            json.field("backup_id", backup)
            json.field("target_index_name", indexName)
            json.field("target_index_id", indexID)
            json.field("status", status.rawValue)
            json.field("created_at", RFC3339.format(createdAt))
            json.field("completed_at", ifPresent: completedAt.map(RFC3339.format))
            json.name("percent_complete")
            json.value((progress * 1_000).rounded() / 10)
        }
    }
}

extension PineconeIndex.Deployment {
    /// Cloud and region, where there are such.
    fileprivate var place: (cloud: String, region: String) {
        switch self {
        case .managed(let cloud, let region): (cloud, region)
        case .pod(let environment, _, _, _), .byoc(let environment): ("self-hosted", environment)
        }
    }
}

// MARK: - As they are stored

extension PineconeBackup {
    static let factPrefix = "pinecone.backup."

    var factKey: String { Self.factPrefix + id }

    func encoded() -> String {
        var json = JSONBuilder()
        json.object { json in
            json.field("id", id)
            json.field("name", ifPresent: name)
            json.field("text", ifPresent: text)
            json.field("createdAt", Int(createdAt))
            json.field("status", status.rawValue)
            json.field("source", source.encoded())
            json.object("schemas") { json in
                for (namespace, fields) in schemas.sorted(by: { $0.key < $1.key }) {
                    json.array(namespace) { json in for field in fields { json.value(field) } }
                }
            }
            json.field("recordCount", summary.recordCount)
            json.field("namespaceCount", summary.namespaceCount)
            json.field("byteCount", summary.byteCount)
        }
        return String(decoding: json.bytes, as: UTF8.self)
    }

    /// - Throws: `dataLoss` when the text is not what ``encoded()`` writes.
    init(decoding stored: String) throws {
        do {
            var object = try JSONDocument(parsing: Array(stored.utf8)).root.object()
            let any = 0...Int.max
            var schemas: [String: [String]] = [:]
            var fields = try object.requiredValue("schemas").object()
            for (namespace, names) in fields.allFields() {
                schemas[namespace] = try names.strings(count: any, bytes: any)
            }
            self.init(
                id: try object.requiredString("id", bytes: any), name: try object.optionalString("name", bytes: any),
                text: try object.optionalString("text", bytes: any),
                createdAt: Int64(try object.requiredValue("createdAt").integer()),
                status: Status(rawValue: try object.requiredString("status", bytes: any)) ?? .failed,
                source: try PineconeIndex(decoding: object.requiredString("source", bytes: any)), schemas: schemas,
                summary: ArchiveSummary(
                    namespaceCount: try object.requiredValue("namespaceCount").integer(),
                    recordCount: try object.requiredValue("recordCount").integer(),
                    byteCount: try object.requiredValue("byteCount").integer()))
        } catch {
            throw EngineError(.dataLoss, "the description of a backup cannot be read: \(error)")
        }
    }
}

extension RestoreJob {
    static let factPrefix = "pinecone.job."

    var factKey: String { Self.factPrefix + id }

    func encoded() -> String {
        var json = JSONBuilder()
        json.object { json in
            json.field("id", id)
            json.field("backup", backup)
            json.field("indexName", indexName)
            json.field("indexID", indexID)
            json.field("createdAt", Int(createdAt))
            if let completedAt { json.field("completedAt", Int(completedAt)) }
            json.field("status", status.rawValue)
        }
        return String(decoding: json.bytes, as: UTF8.self)
    }

    /// - Throws: `dataLoss` when the text is not what ``encoded()`` writes.
    init(decoding stored: String) throws {
        do {
            var object = try JSONDocument(parsing: Array(stored.utf8)).root.object()
            let any = 0...Int.max
            let status = Status(rawValue: try object.requiredString("status", bytes: any)) ?? .failed
            self.init(
                id: try object.requiredString("id", bytes: any),
                backup: try object.requiredString("backup", bytes: any),
                indexName: try object.requiredString("indexName", bytes: any),
                indexID: try object.requiredString("indexID", bytes: any),
                createdAt: Int64(try object.requiredValue("createdAt").integer()),
                completedAt: try object.optionalInt("completedAt", in: 0...Int.max).map(Int64.init), status: status,
                progress: status == .completed ? 1 : 0)
        } catch {
            throw EngineError(.dataLoss, "the description of a restore job cannot be read: \(error)")
        }
    }
}
