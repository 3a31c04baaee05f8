import Engine
import Foundation

extension PineconeService {
    /// Records of one transaction of a restore.
    private static let restoreChunk = 500

    /// Begins to make an index of a backup. The index is there at once and is ready when all of its records are.
    ///
    /// - Throws: `notFound` for the backup; `failedPrecondition` while it is not ready; `alreadyExists` for the name.
    public func restore(_ draft: RestoreDraft, from id: String) async throws -> RestoreJob {
        let backup = try backup(id)
        guard backup.status == .ready else {
            throw EngineError(.failedPrecondition, "backup \(id) is not ready: \(backup.status.rawValue)")
        }
        var index = backup.source
        index.id = UUID().uuidString.lowercased()
        index.name = draft.name
        index.createdAt = clock()
        index.isProtected = draft.isProtected
        index.tags = draft.tags ?? backup.source.tags
        index.readCapacity = draft.readCapacity ?? backup.source.readCapacity
        index.state = .initializing
        index.sourceBackup = id
        let job = RestoreJob(
            id: UUID().uuidString.lowercased(), backup: id, indexName: index.name, indexID: index.id,
            createdAt: index.createdAt, status: .running, progress: 0)
        try await add(index, with: job, schemas: backup.schemas)
        resume(job)
        return job
    }

    /// - Throws: `notFound`.
    public func restoreJob(_ id: String) throws -> RestoreJob {
        guard let job = catalog.job(id) else {
            throw EngineError(.notFound, "Resource restore job \(id.prefix(64)) not found")
        }
        return job
    }

    public func restoreJobs(limit: Int, token: String?) throws -> (page: [RestoreJob], next: String?) {
        try page(catalog.jobs, limit, token, \.id)
    }

    private func add(_ index: PineconeIndex, with job: RestoreJob, schemas: [String: [String]]) async throws {
        let catalog = catalog
        try await store.write(barrier: true) { transaction in
            guard catalog.index(named: index.name) == nil else {
                throw EngineError(.alreadyExists, "Resource already exists: there is an index \(index.name)")
            }
            try transaction.createCollection(index.specification)
            try transaction.setFact(index.factKey, index.encoded())
            try transaction.setFact(job.factKey, job.encoded())
            for (namespace, fields) in schemas {
                let schema = NamespaceSchema(index: index.id, namespace: namespace, fields: fields)
                try transaction.setFact(schema.factKey, schema.encoded())
            }
            transaction.afterCommit {
                catalog.set(index)
                catalog.set(job)
                for (namespace, fields) in schemas {
                    catalog.setFilterableFields(fields, of: index.id, namespace: namespace)
                }
            }
        }
    }

    /// Copies the records, from the first on: an interrupted restore puts each record in its own place a second time.
    func resume(_ job: RestoreJob) {
        background.add { [self] in
            var job = job
            do {
                try await copy(&job)
                job.status = .completed
                job.progress = 1
            } catch is CancellationError {
                return  // It goes on after the next opening.
            } catch {
                job.status = .failed
            }
            job.completedAt = clock()
            try await finish(job)
        }
    }

    private func copy(_ job: inout RestoreJob) async throws {
        let total = max(1, try backup(job.backup).summary.recordCount)
        var done = 0
        for (name, number) in try store.archivedNamespaces(job.backup) {
            var next: UInt32 = 0
            var isFirst = true
            while true {
                try Task.checkCancellation()
                let records = try store.archivedRecords(namespace: number, from: next, limit: Self.restoreChunk)
                guard isFirst || !records.isEmpty else { break }
                isFirst = false
                guard let index = catalog.index(named: job.indexName), index.id == job.indexID else {
                    throw EngineError(.notFound, "the index was deleted")
                }
                try await store.write { [sparses] transaction in
                    let namespace = try transaction.namespace(index.collection, name)
                    var sparse = SparseDirectory.Changes()
                    for record in records {
                        let (ordinal, _) = try transaction.upsert(
                            RecordDraft(
                                key: record.key, createdAt: record.createdAt, payload: record.payload,
                                metadata: record.metadata, vector: record.vector, state: record.state), in: namespace)
                        try sparse.set(ordinal, SparseValues.decode(record.payload))
                    }
                    sparse.apply(sparses, namespace, after: transaction)
                }
                done += records.count
                job.progress = min(1, Double(done) / Double(total))
                catalog.set(job)
                guard let last = records.last else { break }
                next = last.ordinal + 1
            }
        }
    }

    private func finish(_ job: RestoreJob) async throws {
        let catalog = catalog
        try await store.write(barrier: true) { transaction in
            try transaction.setFact(job.factKey, job.encoded())
            var changed: PineconeIndex?
            if var index = catalog.index(named: job.indexName), index.id == job.indexID {
                index.state = job.status == .completed ? .ready : .failed
                try transaction.setFact(index.factKey, index.encoded())
                changed = index
            }
            let index = changed
            transaction.afterCommit {
                catalog.set(job)
                if let index { catalog.set(index) }
            }
        }
    }
}
