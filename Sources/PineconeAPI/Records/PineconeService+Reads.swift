import Engine
import Metadata

extension PineconeService {
    /// The `topK` records nearest to a vector or to a stored record, best first; equal ones in the order of creation.
    ///
    /// - Throws: `notFound` for the index; `invalidArgument` for a vector that does not fit it.
    public func query(_ request: QueryRequest, in indexName: String) throws -> Sequenced<QueryAnswer> {
        let index = try vectorIndex(indexName)
        if let vector = request.vector { try check(vector, "vector", index, mayBeZero: true) }
        if request.sparse != nil {
            try checkSparse("sparseVector", index)
            if index.dense != nil, request.vector == nil {
                throw EngineError.refused("vector", "vector is required beside sparseVector in this index")
            }
        }
        try checkFilterable(request.filter, in: request.namespace, of: index)
        guard let namespace = namespace(request.namespace, of: index) else {
            return Sequenced(value: QueryAnswer(namespace: request.namespace, matches: []), lsn: nil)
        }
        let snapshot = namespace.snapshot
        var answer = QueryAnswer(namespace: request.namespace, matches: [])
        var (vector, sparse) = (request.vector, request.sparse)
        if let id = request.id {
            guard let ordinal = snapshot.ordinal(ofKey: id), let record = try store.record(ordinal, in: namespace)
            else { return Sequenced(value: answer, lsn: snapshot.seq) }
            vector = record.vector
            sparse = try SparseValues.decode(record.payload)
        }
        let allowed = request.filter.map { snapshot.matching($0) }
        let hits = try nearest(vector, sparse, request.topK, allowed, index, namespace, snapshot)
        answer.matches = try matches(hits, request, snapshot, namespace)
        return Sequenced(value: answer, lsn: snapshot.seq)
    }

    private func matches(
        _ hits: [RecordHit], _ request: QueryRequest, _ snapshot: NamespaceSnapshot, _ namespace: Namespace
    ) throws -> [QueryMatch] {
        guard request.includeValues || request.includeMetadata else {
            return hits.map { QueryMatch(id: snapshot.rows[Int($0.ordinal)].key, score: $0.score) }
        }
        var records: [UInt32: Record] = [:]
        records.reserveCapacity(hits.count)
        for record in try store.records(hits.map(\.ordinal), in: namespace) { records[record.ordinal] = record }
        return try hits.compactMap { hit in
            // Deleted since the snapshot was taken.
            guard let record = records[hit.ordinal] else { return nil }
            return QueryMatch(
                id: record.key, score: hit.score, values: request.includeValues ? record.vector : nil,
                sparse: request.includeValues ? try SparseValues.decode(record.payload) : nil,
                metadata: request.includeMetadata ? record.metadata : nil)
        }
    }

    /// Records by their ids; unknown ones are left out.
    public func fetch(_ ids: [String], namespace name: String, in indexName: String) throws -> Sequenced<FetchAnswer> {
        let index = try vectorIndex(indexName)
        guard let namespace = namespace(name, of: index) else {
            return Sequenced(value: FetchAnswer(namespace: name, records: []), lsn: nil)
        }
        let snapshot = namespace.snapshot
        var seen: Set<UInt32> = []
        let ordinals = ids.compactMap { snapshot.ordinal(ofKey: $0) }.filter { seen.insert($0).inserted }
        let records = try store.records(ordinals, in: namespace).map { try FetchedRecord($0) }
        return Sequenced(value: FetchAnswer(namespace: name, records: records), lsn: snapshot.seq)
    }

    /// A page of the records that a filter matches, in the order of creation.
    public func fetch(_ request: FetchByMetadataRequest, in indexName: String) throws -> Sequenced<FetchAnswer> {
        let index = try vectorIndex(indexName)
        let last = try request.token.map { token in
            guard let ordinal = UInt32(try PageToken.decode(token)) else {
                throw EngineError.refused("paginationToken", "the pagination token was not handed out by this server")
            }
            return ordinal
        }
        try checkFilterable(request.filter, in: request.namespace, of: index)
        guard let namespace = namespace(request.namespace, of: index) else {
            return Sequenced(value: FetchAnswer(namespace: request.namespace, records: []), lsn: nil)
        }
        let snapshot = namespace.snapshot
        let matches = snapshot.matching(request.filter).values
        let start = last.map { last in matches.partitioningIndex { $0 > last } } ?? 0
        let page = matches[start...].prefix(request.limit)
        let records = try store.records(Array(page), in: namespace).map { try FetchedRecord($0) }
        let hasMore = start + page.count < matches.count
        return Sequenced(
            value: FetchAnswer(
                namespace: request.namespace, records: records,
                next: hasMore ? page.last.map { PageToken.encode(String($0)) } : nil),
            lsn: snapshot.seq)
    }

    /// A page of ids in the order of their bytes.
    public func list(
        namespace name: String, prefix: String, limit: Int, token: String?, in indexName: String
    ) throws -> Sequenced<ListAnswer> {
        let index = try vectorIndex(indexName)
        let after = try token.map(PageToken.decode)
        guard let namespace = namespace(name, of: index) else {
            return Sequenced(value: ListAnswer(namespace: name, ids: []), lsn: nil)
        }
        let seq = namespace.snapshot.seq
        var ids = try store.keys(in: namespace, prefix: prefix, after: after, limit: limit + 1)
        let hasMore = ids.count > limit
        if hasMore { ids.removeLast() }
        return Sequenced(
            value: ListAnswer(namespace: name, ids: ids, next: hasMore ? ids.last.map(PageToken.encode) : nil), lsn: seq
        )
    }

    /// Counts of records by namespace.
    public func stats(of indexName: String) throws -> IndexStats {
        let index = try vectorIndex(indexName)
        return IndexStats(
            index: index,
            namespaces: store.namespaces(index.collection).map { ($0.name, $0.snapshot.recordCount) })
    }
}

extension FetchedRecord {
    init(_ record: Record) throws {
        self.init(
            id: record.key, values: record.vector ?? [], sparse: try SparseValues.decode(record.payload),
            metadata: record.metadata)
    }
}

extension Array {
    /// The first position from which on a condition holds, which it does for all later elements.
    func partitioningIndex(where holds: (Element) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if holds(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
