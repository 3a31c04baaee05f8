import Engine
import Lineage
import Metadata
import Synchronization
import VectorIndex

/// The slots of all works that anyone may find, for one snapshot: worked out once, used by every search until the next
/// write.
struct PublicSlots {
    var seq: UInt64
    var slots: SlotBitmap
}

extension EssenceService {
    /// Works nearest to a text or a vector.
    ///
    /// Unlisted works are never found, private ones by their own realm only, works that were taken down by nobody.
    /// - Returns: the best `topK` works (of each group the best one), whenever that many qualify; equal ones in the order
    ///   of their creation.
    public func search(_ request: EssenceSearchRequest) throws -> Listing<EssenceHit> {
        let timer = AnswerTimer()
        guard Limits.topK.contains(request.topK) else {
            throw EngineError.invalid("topK", "topK must be in 1…10000, got \(request.topK)", limit: "1…10000")
        }
        let query = try embedder.vector(
            given: request.vector, text: request.text ?? "", field: "vector", textField: "text")
        return try search(query, request, excluding: nil, timer)
    }

    /// Works nearest to a stored work, itself left out.
    ///
    /// - Parameter viewerRealmId: the realm on whose behalf the search runs: it also finds its own private works.
    /// - Throws: `notFound`; `failedPrecondition` for a work without a vector.
    public func similar(
        _ id: String, topK: Int, minScore: Double?, viewerRealmId: String? = nil
    ) throws -> Listing<EssenceHit> {
        let timer = AnswerTimer()
        let snapshot = snapshot
        let ordinal = try ordinal(id, in: snapshot, field: "id")
        guard let vector = snapshot?.vector(of: ordinal) else {
            throw EngineError(.failedPrecondition, "\"\(id)\" was taken down and has no vector", field: "id")
        }
        var request = EssenceSearchRequest(vector: vector, topK: topK)
        request.minScore = minScore
        request.viewerRealmId = viewerRealmId
        return try search(vector, request, excluding: ordinal, timer)
    }

    private func search(
        _ query: [Float], _ request: EssenceSearchRequest, excluding: UInt32?, _ timer: AnswerTimer
    ) throws -> Listing<EssenceHit> {
        guard let namespace = store.namespace(Self.collection, Self.namespace) else {
            return Listing(items: [], seq: 0, tookMicros: timer.micros)
        }
        let snapshot = namespace.snapshot
        let allowed = try slots(for: request, in: snapshot)
        let found = find(query, request, allowed, excluding, in: snapshot)
        var records: [UInt32: Record] = [:]
        for record in try store.records(found.hits.map(\.hit.ordinal), in: namespace) {
            records[record.ordinal] = record
        }
        let items = try found.hits.compactMap { hit, group -> EssenceHit? in
            guard let record = records[hit.ordinal] else { return nil }
            let score = Double(hit.score)
            return EssenceHit(
                id: record.key, score: score, parts: SearchParts(cosine: score), group: group,
                essence: try essence(record, in: snapshot, includeVector: request.includeVectors))
        }
        let plan = SearchPlanAnswer(
            plan: found.counters.plan.rawValue, hops: found.counters.hops,
            distanceComputations: found.counters.distanceComputations, filtered: allowed.count)
        return Listing(
            items: items, seq: snapshot.seq, tookMicros: timer.micros, explain: request.explain ? plan : nil)
    }

    private typealias Found = (hits: [(hit: RecordHit, group: String?)], counters: SearchCounters)

    /// Asks for more neighbors until enough groups (or works other than the excluded one) are there, or none are left.
    ///
    /// Equal scores stand in the order of creation: slots change when a store is opened, answers do not. Therefore one
    /// neighbor more than needed is asked for, and more when it equals the last that is needed.
    private func find(
        _ query: [Float], _ request: EssenceSearchRequest, _ allowed: SlotBitmap, _ excluding: UInt32?,
        in snapshot: NamespaceSnapshot
    ) -> Found {
        var wanted = request.topK + (excluding == nil ? 1 : 2)
        if request.groupBy != nil { wanted = max(wanted * 4, 64) }
        while true {
            var (neighbors, counters) = snapshot.search(
                query, k: wanted, allowedSlots: allowed, efSearch: request.efSearch)
            neighbors.sort { ($1.score, $0.ordinal) < ($0.score, $1.ordinal) }
            let last = neighbors.last?.score
            var hits: [(hit: RecordHit, group: String?)] = []
            var groups: Set<String> = []
            for hit in neighbors where hit.ordinal != excluding {
                if let minScore = request.minScore, Double(hit.score) < minScore { break }
                let group = request.groupBy.map { self.group(of: hit.ordinal, by: $0, in: snapshot) }
                if let group, !groups.insert(group).inserted { continue }
                hits.append((hit, group))
                if hits.count == request.topK { break }
            }
            let isExhausted = neighbors.count < wanted
            let isCut = request.minScore.map { Double(last ?? 1) < $0 } ?? false
            if isExhausted || isCut { return (hits, counters) }
            // Thousands of equal works are not worth a scan of them all.
            if hits.count == request.topK, hits.last?.hit.score != last || wanted > max(1_024, 4 * request.topK) {
                return (hits, counters)
            }
            wanted *= 4
        }
    }

    private func group(of ordinal: UInt32, by group: SearchGroup, in snapshot: NamespaceSnapshot) -> String {
        switch group {
        case .realm: columns.realmId(of: columns.rows[Int(ordinal)].realm)
        case .root:
            WorkIdentity(of: snapshot.lineage?.roots(of: ordinal).min() ?? ordinal, in: snapshot).id
        }
    }

    private func slots(for request: EssenceSearchRequest, in snapshot: NamespaceSnapshot) throws -> SlotBitmap {
        let visible: MetadataFilter = .equals("visibility", .string(Visibility.public.rawValue))
        if request.filter == nil, request.viewerRealmId == nil {
            if let cached = publicSlots.withLock({ $0 }), cached.seq == snapshot.seq { return cached.slots }
            let slots = snapshot.slots(of: snapshot.matching(visible))
            publicSlots.withLock { $0 = PublicSlots(seq: snapshot.seq, slots: slots) }
            return slots
        }
        var seen = visible
        if let realm = request.viewerRealmId {
            seen = .or([
                visible,
                .and([
                    .equals("visibility", .string(Visibility.private.rawValue)), .equals("realmId", .string(realm)),
                ]),
            ])
        }
        return snapshot.slots(of: snapshot.matching(.and([seen] + (request.filter.map { [$0] } ?? []))))
    }
}
