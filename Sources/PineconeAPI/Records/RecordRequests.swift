import Engine
public import Metadata
public import StrictJSON

/// A record of an upsert.
public struct VectorDraft: Sendable {
    public var id: String
    public var values: [Float]?
    public var sparse: SparseValues?
    public var metadata: MetadataRecord

    public init(json: JSONElement) throws(JSONError) {
        var object = try json.object()
        id = try object.requiredValue("id").recordID()
        values = try object.value("values").values()
        sparse = try object.sparse("sparseValues", "sparse_values")
        metadata = try object.value("metadata").map { value throws(JSONError) in try RecordMetadata.read(value) } ?? [:]
    }

    public init(id: String, values: [Float]?, sparse: SparseValues?, metadata: MetadataRecord) {
        self.id = id
        self.values = values
        self.sparse = sparse
        self.metadata = metadata
    }
}

/// The body of `POST /vectors/upsert`.
public struct UpsertRequest: Sendable {
    public var namespace: String
    public var vectors: [VectorDraft]

    /// - Parameter namespace: its own name, ``NamespaceName/default`` for the one without.
    public init(namespace: String, vectors: [VectorDraft]) {
        self.namespace = namespace
        self.vectors = vectors
    }

    public init(json: JSONElement) throws(JSONError) {
        var object = try json.object()
        namespace = try object.namespace()
        let array = try object.requiredArray("vectors", count: PineconeLimits.upsertCount)
        vectors = []
        vectors.reserveCapacity(array.count)
        for element in array { vectors.append(try VectorDraft(json: element)) }
    }
}

/// The body of `POST /query`.
public struct QueryRequest: Sendable {
    public var namespace: String
    public var topK: Int
    public var vector: [Float]?
    public var sparse: SparseValues?
    public var id: String?
    public var filter: MetadataFilter?
    public var includeValues: Bool
    public var includeMetadata: Bool

    public init(json: JSONElement) throws(JSONError) {
        var object = try json.object()
        namespace = try object.namespace()
        guard let topK = object.value("topK") ?? object.value("top_k") else { throw object.missing("topK") }
        self.topK = try topK.integer(in: PineconeLimits.topK)
        vector = try object.value("vector").values()
        sparse = try object.sparse("sparseVector", "sparse_vector")
        id = try object.value("id").map { value throws(JSONError) in try value.recordID() }
        if id?.isEmpty == true { id = nil }
        filter = try RecordFilter.read(object.value("filter"))
        includeValues = try object.flag("includeValues", "include_values")
        includeMetadata = try object.flag("includeMetadata", "include_metadata")
        if id != nil, vector != nil || sparse != nil {
            throw object.refusal("id", "cannot be given together with a vector", limit: "id or vector")
        }
        if id == nil, vector == nil, sparse == nil {
            throw object.refusal("vector", "or id is required", code: .missingField, limit: "id or vector")
        }
    }

    init(
        namespace: String, topK: Int, vector: [Float]? = nil, sparse: SparseValues? = nil, id: String? = nil,
        filter: MetadataFilter? = nil, includeValues: Bool = false, includeMetadata: Bool = false
    ) {
        self.namespace = namespace
        self.topK = topK
        self.vector = vector
        self.sparse = sparse
        self.id = id
        self.filter = filter
        self.includeValues = includeValues
        self.includeMetadata = includeMetadata
    }
}

/// The body of `POST /vectors/fetch_by_metadata`.
public struct FetchByMetadataRequest: Sendable {
    public var namespace: String
    public var filter: MetadataFilter
    public var limit: Int
    public var token: String?

    public init(json: JSONElement) throws(JSONError) {
        var object = try json.object()
        namespace = try object.namespace()
        filter = try RecordFilter.readRequired(try object.requiredValue("filter"))
        limit = try object.optionalInt("limit", in: PineconeLimits.fetchLimit) ?? PineconeLimits.fetchDefault
        token = try object.optionalString("paginationToken", bytes: 0...4_096)
        if token?.isEmpty == true { token = nil }
    }
}

/// The body of `POST /vectors/update`.
public struct UpdateRequest: Sendable {
    public enum Target: Sendable {
        case id(String)
        case filter(MetadataFilter)
    }

    public var namespace: String
    public var target: Target
    public var values: [Float]?
    public var sparse: SparseValues?
    /// Merged into the record's metadata.
    public var metadata: MetadataRecord?
    /// Counts what a filter matches and changes nothing.
    public var isDryRun: Bool

    public init(json: JSONElement) throws(JSONError) {
        var object = try json.object()
        namespace = try object.namespace()
        values = try object.value("values").values()
        sparse = try object.sparse("sparseValues", "sparse_values")
        metadata = try (object.value("setMetadata") ?? object.value("set_metadata"))
            .map { value throws(JSONError) in try RecordMetadata.read(value) }
        isDryRun = try object.flag("dryRun", "dry_run")
        let id = object.value("id").flatMap { $0.isEmptyText ? nil : $0 }
        switch (id, object.value("filter")) {
        case (let id?, nil):
            target = .id(try id.recordID())
        case (nil, let filter?):
            target = .filter(try RecordFilter.readRequired(filter))
            guard values == nil, sparse == nil else {
                throw object.refusal("values", "cannot be set by a filter: it changes metadata only", limit: "absent")
            }
            if metadata == nil, !isDryRun { throw object.missing("setMetadata") }
        case (_?, _?):
            throw object.refusal("filter", "cannot be given together with id", limit: "id or filter")
        case (nil, nil):
            throw object.refusal("id", "or filter is required", code: .missingField, limit: "id or filter")
        }
    }
}

/// The body of `POST /vectors/delete`.
public struct DeleteRequest: Sendable {
    public enum Target: Sendable {
        case ids([String])
        case filter(MetadataFilter)
        case all
    }

    public var namespace: String
    public var target: Target

    public init(json: JSONElement) throws(JSONError) {
        var object = try json.object()
        namespace = try object.namespace()
        let isAll = try object.flag("deleteAll", "delete_all")
        let ids = object.value("ids").flatMap { $0.isEmptyArray ? nil : $0 }
        let filter = object.value("filter")
        guard (isAll ? 1 : 0) + (ids == nil ? 0 : 1) + (filter == nil ? 0 : 1) == 1 else {
            throw json.refusal(
                .outOfRange, "must hold exactly one of ids, filter and deleteAll", limit: "ids, filter or deleteAll")
        }
        if let ids {
            target = .ids(try ids.recordIDs())
        } else if let filter {
            target = .filter(try RecordFilter.readRequired(filter))
        } else {
            target = .all
        }
    }
}

// MARK: - Pieces

extension JSONObjectReader {
    /// The namespace's own name: the default one has two.
    mutating func namespace() throws(JSONError) -> String {
        guard let value = value("namespace") else { return NamespaceName.default }
        let name = try value.string()
        guard let name = NamespaceName.canonical(name) else {
            throw value.refusal(.outOfRange, NamespaceName.rule, limit: NamespaceName.limit)
        }
        return name
    }

    /// A flag under its JSON name, or its name in the interface definition.
    mutating func flag(_ name: String, _ other: String) throws(JSONError) -> Bool {
        try (value(name) ?? value(other)).map { value throws(JSONError) in try value.bool() } ?? false
    }

    /// A sparse vector; an empty one counts as absent.
    mutating func sparse(_ name: String, _ other: String) throws(JSONError) -> SparseValues? {
        guard let value = value(name) ?? value(other) else { return nil }
        let sparse = try SparseValues(json: value)
        return sparse.count == 0 ? nil : sparse
    }
}

extension JSONElement {
    /// 1–512 ASCII characters without NUL.
    func recordID() throws(JSONError) -> String {
        let id = try string()
        guard RecordID.isValid(id) else { throw refusal(.outOfRange, RecordID.rule, limit: RecordID.limit) }
        return id
    }

    func recordIDs() throws(JSONError) -> [String] {
        var ids: [String] = []
        for element in try array(count: PineconeLimits.idListCount) { ids.append(try element.recordID()) }
        return ids
    }

    fileprivate var isEmptyText: Bool { type == .string && (try? string().isEmpty) == true }

    fileprivate var isEmptyArray: Bool { type == .array && (try? array().count) == 0 }
}

extension JSONElement? {
    /// Numbers of a dense vector; none counts as absent. The length is compared with the index later.
    fileprivate func values() throws(JSONError) -> [Float]? {
        guard let self else { return nil }
        let values = try self.floats(count: 0...PineconeLimits.dimension.upperBound)
        return values.isEmpty ? nil : values
    }
}

/// What a record may be called.
public enum RecordID {
    static let rule = "must be 1…512 ASCII characters without NUL"
    static let limit = "1…512 ASCII characters"

    public static func isValid(_ id: String) -> Bool {
        PineconeLimits.idCount.contains(id.utf8.count) && id.utf8.allSatisfy { (1..<0x80).contains($0) }
    }

    /// - Throws: `invalidArgument`.
    public static func check(_ id: String, _ field: String) throws {
        guard isValid(id) else { throw EngineError.refused(field, "\(field) \(rule)", limit: limit) }
    }
}

/// What a namespace may be called. The empty name and `__default__` are one.
public enum NamespaceName {
    public static let `default` = "__default__"
    static let rule = "must be at most 512 ASCII characters without NUL"
    static let limit = "≤ 512 ASCII characters"

    /// The name under which a namespace is stored and listed; `nil` for one that may not be.
    static func canonical(_ name: String) -> String? {
        guard name.utf8.count <= PineconeLimits.namespaceNameCount.upperBound,
            name.utf8.allSatisfy({ (1..<0x80).contains($0) })
        else { return nil }
        return name.isEmpty ? `default` : name
    }

    /// - Throws: `invalidArgument`.
    public static func checked(_ name: String) throws -> String {
        guard let canonical = canonical(name) else {
            throw EngineError.refused("namespace", "namespace \(rule)", limit: limit)
        }
        return canonical
    }

    /// As answers give it where the default namespace is the one without a name.
    static func shown(_ name: String) -> String { name == `default` ? "" : name }
}
