import Metadata
public import StrictJSON

extension EssenceSearchRequest {
    /// The body of `POST /essences/search`. Exactly one of `text` and `vector` says what to look for.
    public init(json: JSONElement) throws(JSONError) {
        self.init()
        var object = try json.object()
        text = try object.optionalString("text", bytes: 1...Limits.textBytesMax)
        vector = try object.optionalEmbedding("vector")
        filter = try object.optionalFilter("filter")
        topK = try object.optionalInt("topK", in: Limits.topK) ?? 10
        groupBy = try object.optionalChoice("groupBy", of: SearchGroup.self)
        minScore = try object.optionalDouble("minScore", in: -1...1)
        includeVectors = try object.optionalBool("includeVectors") ?? false
        viewerRealmId = try object.optionalString("viewerRealmId", bytes: Limits.idBytes)
        efSearch = try object.optionalInt("efSearch", in: Limits.efSearch)
        explain = try object.optionalBool("explain") ?? false
        try object.rejectUnknownFields()
        try object.requireOne("text", text != nil, "vector", vector != nil)
    }
}

extension RecallRequest {
    /// The body of `POST /nexus/{nexusId}/recall`. Exactly one of `text` and `vector` is the question.
    public init(json: JSONElement) throws(JSONError) {
        var object = try json.object()
        try self.init(object: &object)
    }

    init(object: inout JSONObjectReader) throws(JSONError) {
        self.init()
        text = try object.optionalString("text", bytes: 1...Limits.textBytesMax)
        vector = try object.optionalEmbedding("vector")
        k = try object.optionalInt("k", in: Self.kRange)
        kinds = try object.optionalMemoryKinds("kinds")
        tags = try object.optionalStrings("tags", count: 1...Limits.tagCountMax, bytes: Limits.tagBytes)
        entities = try object.optionalStrings("entities", count: 1...Limits.entityCountMax, bytes: Limits.idBytes)
        from = try object.optionalTime("from")
        to = try object.optionalTime("to")
        asOf = try object.optionalTime("asOf")
        now = try object.optionalTime("now")
        weights = try object.optionalRecallWeights()
        halfLifeDays = try object.halfLifeDays()
        minRelevance = try object.optionalDouble("minRelevance", in: 0...1)
        tuning = try RecallTuning(object: &object)
        touch = try object.optionalBool("touch") ?? false
        explain = try object.optionalBool("explain") ?? false
        try object.rejectUnknownFields()
        try object.requireOne("text", text != nil, "vector", vector != nil)
        if let from, let to, to < from {
            throw object.refusal("to", "must not be before from", limit: "≥ from")
        }
    }
}

extension FeedRequest {
    /// The body of `POST /feed/rank`.
    public init(json: JSONElement) throws(JSONError) {
        self.init()
        var object = try json.object()
        viewerId = try object.optionalString("viewerId", bytes: Limits.idBytes)
        for value in try object.optionalArray("tasteVectors", count: 0...Limits.tasteVectorMax)?.map({ $0 }) ?? [] {
            tasteVectors.append(try value.embedding())
        }
        recentEssenceIds =
            try object.optionalStrings("recentEssenceIds", count: 0...200, bytes: Limits.idBytes) ?? []
        candidates = try object.optionalStrings(
            "candidates", count: 1...Limits.feedCandidateMax, bytes: Limits.idBytes)
        k = try object.optionalInt("k", in: Limits.feedPage) ?? 20
        if var fields = try object.optionalObject("weights") {
            let weights = FeedWeightsRequest(
                taste: try fields.optionalDouble("taste", in: 0...1_000) ?? 0,
                quality: try fields.optionalDouble("quality", in: 0...1_000) ?? 0,
                fresh: try fields.optionalDouble("fresh", in: 0...1_000) ?? 0,
                lineage: try fields.optionalDouble("lineage", in: 0...1_000) ?? 0,
                exploration: try fields.optionalDouble("exploration", in: 0...1_000) ?? 0)
            try fields.rejectUnknownFields()
            try object.requirePositive(
                "weights",
                weights.taste + weights.quality + weights.fresh + weights.lineage + weights.exploration)
            self.weights = weights
        }
        diversity = try object.optionalChoice("diversity", of: FeedDiversity.self) ?? .mmr
        seed = try object.optionalUnsigned("seed")
        cursor = try object.optionalString("cursor", bytes: 1...16_384)
        now = try object.optionalTime("now")
        explain = try object.optionalBool("explain") ?? false
        try object.rejectUnknownFields()
    }
}

extension JSONObjectReader {
    mutating func optionalRecallWeights() throws(JSONError) -> RecallWeightsRequest? {
        guard var fields = try optionalObject("weights") else { return nil }
        let weights = RecallWeightsRequest(
            relevance: try fields.optionalDouble("relevance", in: 0...1_000) ?? 0,
            recency: try fields.optionalDouble("recency", in: 0...1_000) ?? 0,
            importance: try fields.optionalDouble("importance", in: 0...1_000) ?? 0)
        try fields.rejectUnknownFields()
        try requirePositive("weights", weights.relevance + weights.recency + weights.importance)
        return weights
    }

    mutating func halfLifeDays() throws(JSONError) -> [String: Double] {
        var days: [String: Double] = [:]
        guard var fields = try optionalObject("halfLifeDays") else { return days }
        for kind in MemoryKindNames.all {
            if let value = try fields.optionalDouble(kind, in: .above(0, upTo: 36_500)) { days[kind] = value }
        }
        try fields.rejectUnknownFields()
        return days
    }

    mutating func optionalTime(_ name: String) throws(JSONError) -> Timestamp? {
        try optionalTimestamp(name).map(Timestamp.init(milliseconds:))
    }

    mutating func optionalMemoryKinds(_ name: String) throws(JSONError) -> [String]? {
        guard let array = try optionalArray(name, count: 1...MemoryKindNames.all.count) else { return nil }
        var kinds: [String] = []
        for value in array { kinds.append(try value.choice(from: MemoryKindNames.all)) }
        return kinds
    }

    /// Exactly one of two fields must be there.
    func requireOne(_ a: String, _ hasA: Bool, _ b: String, _ hasB: Bool) throws(JSONError) {
        if hasA == hasB {
            let problem = hasA ? "and \(b) exclude each other" : "or \(b) is required"
            throw refusal(a, problem, code: hasA ? .outOfRange : .missingField, limit: "exactly one of \(a), \(b)")
        }
    }

    /// Weights that are all zero rank nothing.
    func requirePositive(_ name: String, _ sum: Double) throws(JSONError) {
        guard sum > 0 else { throw refusal(name, "must not all be zero", limit: "at least one > 0") }
    }
}
