import Engine
import Foundation

/// The control plane: indexes come, change and go.
extension PineconeService {
    public func indexes() -> [PineconeIndex] { catalog.all }

    /// - Throws: `notFound`.
    public func describe(_ name: String) throws -> PineconeIndex { try index(name) }

    /// Makes an index, ready when the call returns.
    ///
    /// - Throws: `alreadyExists`.
    public func create(_ draft: IndexDraft) async throws -> PineconeIndex {
        let id = UUID().uuidString.lowercased()
        let index = PineconeIndex(
            id: id, name: draft.name ?? "index-\(id.prefix(8))", createdAt: clock(), dense: draft.dense,
            filterableFields: draft.filterableFields, deployment: draft.deployment, readCapacity: draft.readCapacity,
            embed: draft.embed, documentFields: draft.documentFields, isProtected: draft.isProtected, tags: draft.tags,
            state: .ready)
        try await add(index)
        return index
    }

    func add(_ index: PineconeIndex) async throws {
        let catalog = catalog
        // Alone in its transaction: the catalog shows everything that was made before.
        try await store.write(barrier: true) { transaction in
            guard catalog.index(named: index.name) == nil else {
                throw EngineError(.alreadyExists, "Resource already exists: there is an index \(index.name)")
            }
            if index.documentFields == nil { try transaction.createCollection(index.specification) }
            try transaction.setFact(index.factKey, index.encoded())
            transaction.afterCommit { catalog.set(index) }
        }
    }

    /// Changes an index.
    ///
    /// - Throws: `notFound`; `invalidArgument` when the tags would be too many.
    public func configure(_ name: String, _ patch: IndexPatch) async throws -> PineconeIndex {
        let catalog = catalog
        return try await store.write(barrier: true) { [self] transaction in
            var index = try index(name)
            if let isProtected = patch.isProtected { index.isProtected = isProtected }
            if let readCapacity = patch.readCapacity { index.readCapacity = readCapacity }
            if let embed = patch.embed {
                let dense = try dense(for: embed)
                guard index.dense?.dimension == dense.dimension, embed.metric == nil || index.dense == dense else {
                    throw EngineError.refused(
                        "embed", "the model's vectors do not fit the index: \(dense.dimension) dimensions",
                        limit: "\(dense.dimension) dimensions")
                }
                index.embed = .init(embed)
            }
            for (key, value) in patch.tags ?? [:] { index.tags[key] = value.isEmpty ? nil : value }
            guard index.tags.count <= PineconeLimits.tagCountMax else {
                throw EngineError.refused(
                    "tags", "the index would have \(index.tags.count) tags; at most 20 are allowed", limit: "20 tags")
            }
            let changed = index
            try transaction.setFact(changed.factKey, changed.encoded())
            transaction.afterCommit { catalog.set(changed) }
            return changed
        }
    }

    /// Deletes an index with all of its records: out of reach when the call returns, its room given back soon after.
    ///
    /// - Throws: `notFound`; `protected`.
    public func delete(_ name: String) async throws {
        let (catalog, sparses) = (catalog, sparses)
        try await store.write(barrier: true) { [self] transaction in
            let index = try index(name)
            guard !index.isProtected else {
                throw EngineError(
                    .protected, "Deletion protection is enabled for index \(name); disable it before deleting",
                    field: "deletion_protection")
            }
            if index.documentFields == nil { try transaction.dropCollection(index.collection) }
            try transaction.removeFact(index.factKey)
            for fact in try transaction.facts(prefix: NamespaceSchema.factPrefix(of: index.id)) {
                try transaction.removeFact(fact.key)
            }
            let namespaces = store.namespaces(index.collection)
            transaction.afterCommit {
                catalog.remove(index)
                sparses.remove(namespaces)
            }
        }
        removeDropped()
    }
}
