import Engine
public import StrictJSON

/// A namespace as its own routes describe it.
public struct NamespaceDescription: Sendable {
    public var name: String
    public var recordCount: Int
    public var filterableFields: [String]?

    public func write(to json: inout JSONBuilder) {
        json.object { json in
            json.field("name", name)
            json.field("record_count", recordCount)
            guard let filterableFields else { return }
            json.object("schema") { json in
                json.object("fields") { json in
                    for field in filterableFields { json.object(field) { $0.field("filterable", true) } }
                }
            }
            json.object("indexed_fields") { json in
                json.array("fields") { json in for field in filterableFields { json.value(field) } }
            }
        }
    }
}

/// A page of namespaces by name, with the number of all that have the prefix.
public struct NamespacePage: Sendable {
    public var namespaces: [NamespaceDescription]
    public var next: String?
    public var totalCount: Int

    public func write(to json: inout JSONBuilder) {
        json.object { json in
            json.array("namespaces") { json in for namespace in namespaces { namespace.write(to: &json) } }
            json.pagination(next)
            json.field("total_count", totalCount)
        }
    }
}

extension PineconeService {
    /// Makes an empty namespace.
    ///
    /// - Throws: `alreadyExists`.
    public func createNamespace(_ draft: NamespaceDraft, in indexName: String) async throws -> NamespaceDescription {
        let index = try vectorIndex(indexName)
        let catalog = catalog
        let schema = draft.filterableFields.map {
            NamespaceSchema(index: index.id, namespace: draft.name, fields: $0)
        }
        return try await store.write(barrier: true) { [self] transaction in
            guard namespace(draft.name, of: index) == nil else {
                throw EngineError(.alreadyExists, "Namespace \(draft.name) already exists", field: "name")
            }
            _ = try transaction.namespace(index.collection, draft.name)
            if let schema { try transaction.setFact(schema.factKey, schema.encoded()) }
            transaction.afterCommit {
                catalog.setFilterableFields(schema?.fields, of: index.id, namespace: draft.name)
            }
            return NamespaceDescription(
                name: draft.name, recordCount: 0, filterableFields: draft.filterableFields ?? index.filterableFields)
        }
    }

    /// - Throws: `notFound`.
    public func describeNamespace(
        _ name: String, in indexName: String
    ) throws -> Sequenced<NamespaceDescription> {
        let index = try vectorIndex(indexName)
        let namespace = try existing(name, of: index)
        let snapshot = namespace.snapshot
        return Sequenced(value: describe(namespace, of: index, count: snapshot.recordCount), lsn: snapshot.seq)
    }

    /// Removes a namespace with all of its records.
    ///
    /// - Throws: `notFound`.
    public func deleteNamespace(_ name: String, in indexName: String) async throws {
        let index = try vectorIndex(indexName)
        let (catalog, sparses) = (catalog, sparses)
        try await store.write(barrier: true) { [self] transaction in
            let namespace = try existing(name, of: index)
            try transaction.dropNamespace(namespace)
            try transaction.removeFact(
                NamespaceSchema(index: index.id, namespace: namespace.name, fields: []).factKey)
            transaction.afterCommit {
                catalog.setFilterableFields(nil, of: index.id, namespace: namespace.name)
                sparses.remove([namespace])
            }
        }
        removeDropped()
    }

    public func namespaces(
        of indexName: String, prefix: String, limit: Int, token: String?
    ) throws -> NamespacePage {
        let index = try vectorIndex(indexName)
        let after = try token.map(PageToken.decode)
        // In the order of bytes, as ids are.
        let all = store.namespaces(index.collection).filter { $0.name.utf8.starts(with: prefix.utf8) }
            .sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
        let rest = all.drop { namespace in
            after.map { !$0.utf8.lexicographicallyPrecedes(namespace.name.utf8) } ?? false
        }
        let page = rest.prefix(limit)
        return NamespacePage(
            namespaces: page.map { describe($0, of: index, count: $0.snapshot.recordCount) },
            next: rest.count > page.count ? page.last.map { PageToken.encode($0.name) } : nil, totalCount: all.count)
    }

    private func describe(_ namespace: Namespace, of index: PineconeIndex, count: Int) -> NamespaceDescription {
        NamespaceDescription(
            name: namespace.name, recordCount: count,
            filterableFields: catalog.filterableFields(of: index.id, namespace: namespace.name)
                ?? index.filterableFields)
    }

    private func existing(_ name: String, of index: PineconeIndex) throws -> Namespace {
        guard let namespace = namespace(try NamespaceName.checked(name), of: index) else {
            throw EngineError(.notFound, "Namespace \(name.prefix(64)) not found", field: "namespace")
        }
        return namespace
    }
}

extension JSONBuilder {
    /// `"pagination":{"next":…}`, or nothing at the end: an empty token would make callers ask again.
    mutating func pagination(_ next: String?) {
        guard let next else { return }
        object("pagination") { json in json.field("next", next) }
    }
}
