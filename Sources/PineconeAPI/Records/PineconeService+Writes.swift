import Engine
import Metadata
import Vectors

extension PineconeService {
    /// Stores records, each in the place of one with its id: all of them or none.
    ///
    /// - Returns: how many were given.
    /// - Throws: `notFound` for the index; `invalidArgument` for a vector that does not fit it.
    public func upsert(_ request: UpsertRequest, in indexName: String) async throws -> Sequenced<Int> {
        let index = try vectorIndex(indexName)
        for (position, vector) in request.vectors.enumerated() { try check(vector, position, index) }
        let vectors = Self.lastOfEach(request.vectors)
        let now = clock()
        let lsn = try await writing(index) { [self] transaction in
            let namespace = try transaction.namespace(index.collection, request.namespace)
            var sparse = SparseDirectory.Changes()
            for vector in vectors {
                let (ordinal, _) = try transaction.upsert(
                    RecordDraft(
                        key: vector.id, createdAt: now, payload: SparseValues.encode(vector.sparse),
                        metadata: vector.metadata, vector: vector.values), in: namespace)
                try sparse.set(ordinal, vector.sparse)
            }
            sparse.apply(sparses, namespace, after: transaction)
            return try transaction.seq(namespace)
        }
        return Sequenced(value: request.vectors.count, lsn: lsn)
    }

    /// Changes a record, or the metadata of all that a filter matches. A record that is not there stays so.
    ///
    /// - Returns: how many records a filter matched; `nil` without a filter.
    public func update(_ request: UpdateRequest, in indexName: String) async throws -> Sequenced<Int?> {
        let index = try vectorIndex(indexName)
        if let values = request.values { try check(values, "values", index) }
        if request.sparse != nil { try checkSparse("sparseValues", index) }
        if case .filter(let filter) = request.target {
            try checkFilterable(filter, in: request.namespace, of: index)
        }
        guard let namespace = namespace(request.namespace, of: index) else {
            return Sequenced(value: request.isByFilter ? 0 : nil, lsn: nil)
        }
        switch request.target {
        case .id(let id):
            let lsn = try await writing(index) { [self] transaction in
                guard !request.isDryRun, let record = try transaction.record(id, in: namespace) else {
                    return namespace.snapshot.seq
                }
                try Self.apply(request, to: record, in: namespace, transaction)
                if let values = request.sparse {
                    var sparse = SparseDirectory.Changes()
                    try sparse.set(record.ordinal, values)
                    sparse.apply(sparses, namespace, after: transaction)
                }
                return try transaction.seq(namespace)
            }
            return Sequenced(value: nil, lsn: lsn)
        case .filter(let filter):
            if request.isDryRun {
                let snapshot = namespace.snapshot
                return Sequenced(value: snapshot.matching(filter).count, lsn: snapshot.seq)
            }
            // Alone, with memory at the head of the truth: what matches now is what is changed.
            return try await writing(index, barrier: true) { transaction in
                let snapshot = namespace.snapshot
                let matches = snapshot.matching(filter).values
                for ordinal in matches {
                    guard let record = try transaction.record(ordinal, in: namespace) else { continue }
                    try Self.apply(request, to: record, in: namespace, transaction)
                }
                return Sequenced(
                    value: matches.count, lsn: matches.isEmpty ? snapshot.seq : try transaction.seq(namespace))
            }
        }
    }

    /// Removes records. Ids that are not there are fine; so is a namespace that is not.
    public func delete(_ request: DeleteRequest, in indexName: String) async throws -> Sequenced<Void> {
        let index = try vectorIndex(indexName)
        if case .filter(let filter) = request.target {
            try checkFilterable(filter, in: request.namespace, of: index)
        }
        guard let namespace = namespace(request.namespace, of: index) else { return Sequenced(value: (), lsn: nil) }
        let lsn: UInt64
        switch request.target {
        case .ids(let ids):
            lsn = try await writing(index) { [self] transaction in
                let ordinals = try ids.compactMap { try transaction.ordinal($0, in: namespace) }
                return try remove(ordinals, in: namespace, transaction)
            }
        case .filter(let filter):
            lsn = try await writing(index, barrier: true) { [self] transaction in
                try remove(namespace.snapshot.matching(filter).values, in: namespace, transaction)
            }
        case .all:
            lsn = try await writing(index, barrier: true) { [sparses] transaction in
                guard namespace.snapshot.recordCount > 0 else { return namespace.snapshot.seq }
                transaction.afterCommit { sparses.remove([namespace]) }
                return try transaction.seq(try transaction.replaceByEmpty(namespace))
            }
            removeDropped()
        }
        return Sequenced(value: (), lsn: lsn)
    }

    /// A write that ends in `notFound` when the index was deleted before its turn came.
    private func writing<Value: Sendable>(
        _ index: PineconeIndex, barrier: Bool = false,
        _ body: @escaping @Sendable (StoreTransaction) throws -> Value
    ) async throws -> Value {
        let catalog = catalog
        return try await store.write(barrier: barrier) { transaction in
            guard catalog.index(named: index.name)?.id == index.id else {
                throw EngineError(.notFound, "Resource \(index.name) not found: the index was deleted")
            }
            return try body(transaction)
        }
    }

    // MARK: Changing

    /// - Returns: the namespace's sequence afterwards.
    private func remove(
        _ ordinals: [UInt32], in namespace: Namespace, _ transaction: StoreTransaction
    ) throws -> UInt64 {
        var sparse = SparseDirectory.Changes()
        var isChanged = false
        for ordinal in ordinals where try transaction.remove(ordinal, in: namespace) {
            sparse.remove(ordinal)
            isChanged = true
        }
        sparse.apply(sparses, namespace, after: transaction)
        return isChanged ? try transaction.seq(namespace) : namespace.snapshot.seq
    }

    private static func apply(
        _ request: UpdateRequest, to record: Record, in namespace: Namespace, _ transaction: StoreTransaction
    ) throws {
        var change = RecordChange()
        if let metadata = request.metadata {
            let merged = record.metadata.merging(metadata) { _, new in new }
            try RecordMetadata.checkSize(merged)
            change.metadata = merged
        }
        if let values = request.values { change.vector = .replace(values) }
        if let sparse = request.sparse { change.payload = SparseValues.encode(sparse) }
        _ = try transaction.update(record.ordinal, in: namespace, change)
    }

    /// Of several records with one id the last.
    private static func lastOfEach(_ vectors: [VectorDraft]) -> [VectorDraft] {
        var seen: Set<String> = []
        seen.reserveCapacity(vectors.count)
        var kept: [VectorDraft] = []
        kept.reserveCapacity(vectors.count)
        for vector in vectors.reversed() where seen.insert(vector.id).inserted { kept.append(vector) }
        kept.reverse()
        return kept
    }
}

extension UpdateRequest {
    fileprivate var isByFilter: Bool { if case .filter = target { true } else { false } }
}

// MARK: - What fits an index

extension PineconeService {
    private func check(_ vector: VectorDraft, _ position: Int, _ index: PineconeIndex) throws {
        // The name is made only when something is wrong: a thousand of them cost more than the checks.
        func name(_ field: String) -> String { "vectors[\(position)].\(field)" }
        if vector.sparse != nil, !index.takesSparse { try checkSparse(name("sparseValues"), index) }
        guard let values = vector.values else {
            if index.dense != nil {
                throw EngineError.refused(
                    name("values"), "\(name("values")) is required: dense vectors must have the dimension of the index",
                    limit: "\(index.dense?.dimension ?? 0) numbers")
            }
            guard vector.sparse != nil else {
                throw EngineError.refused(
                    name("sparseValues"), "\(name("sparseValues")) is required and must hold at least one value",
                    limit: "1…2048 values")
            }
            return
        }
        if Self.fits(values, index) { return }
        try check(values, name("values"), index)
    }

    private static func fits(_ values: [Float], _ index: PineconeIndex) -> Bool {
        values.count == index.dense?.dimension && values.contains { $0 != 0 }
    }

    /// - Throws: `invalidArgument` unless the numbers are a dense vector of the index.
    func check(_ values: [Float], _ field: String, _ index: PineconeIndex, mayBeZero: Bool = false) throws {
        guard let dense = index.dense else {
            throw EngineError.refused(
                field, "\(field) must be absent: the index holds sparse vectors only", limit: "absent")
        }
        guard values.count == dense.dimension else {
            throw EngineError.refused(
                field,
                "Vector dimension \(values.count) of \(field) does not match the dimension of the index \(dense.dimension)",
                limit: "\(dense.dimension) numbers")
        }
        guard mayBeZero || values.contains(where: { $0 != 0 }) else {
            throw EngineError.refused(
                field, "\(field) must hold at least one number other than zero", limit: "≥ 1 non-zero number")
        }
    }

    func checkSparse(_ field: String, _ index: PineconeIndex) throws {
        guard !index.takesSparse else { return }
        throw EngineError.refused(
            field, "\(field) needs an index with metric dotproduct; this one has \(index.dense?.metric.rawValue ?? "")",
            limit: "dotproduct")
    }
}
