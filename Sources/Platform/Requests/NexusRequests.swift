public import StrictJSON

extension RecallTuning {
    init(object: inout JSONObjectReader) throws(JSONError) {
        self.init()
        mmrLambda = try object.optionalDouble("mmrLambda", in: 0...1)
        recencyFloor = try object.optionalDouble("recencyFloor", in: 0...1)
        pinnedBoost = try object.optionalDouble("pinnedBoost", in: 1...10)
        keepMostRelevant = try object.optionalInt("keepMostRelevant", in: 0...100)
    }
}

extension NexusSettings {
    /// The body of `PUT /nexus/{nexusId}`.
    public init(json: JSONElement) throws(JSONError) {
        self.init()
        var object = try json.object()
        name = try object.optionalString("name", bytes: Limits.titleBytes)
        weights = try object.optionalRecallWeights()
        halfLifeDays = try object.halfLifeDays()
        minRelevance = try object.optionalDouble("minRelevance", in: 0...1)
        tuning = try RecallTuning(object: &object)
        k = try object.optionalInt("k", in: RecallRequest.kRange)
        model = try object.optionalFreeForm("model", bytesMax: Limits.metadataBytesMax)
        metadata = try object.optionalFreeForm("metadata", bytesMax: Limits.metadataBytesMax)
        try object.rejectUnknownFields()
    }
}

extension SupersedeRequest {
    /// The body of `POST /nexus/{nexusId}/memories/{id}/supersede`. Exactly one of `by` and `memory` is the new memory.
    public init(json: JSONElement) throws(JSONError) {
        var object = try json.object()
        self.init(
            by: try object.optionalString("by", bytes: Limits.idBytes),
            memory: try object.value("memory").map { element throws(JSONError) in try MemoryDraft(json: element) },
            at: try object.optionalTime("at"))
        try object.rejectUnknownFields()
        try object.requireOne("by", by != nil, "memory", memory != nil)
    }
}

extension ForgetRequest {
    /// The body of `POST /nexus/{nexusId}/forget`.
    public init(json: JSONElement) throws(JSONError) {
        self.init()
        var object = try json.object()
        ids = try object.optionalStrings("ids", count: Limits.batchCount, bytes: Limits.idBytes)
        kinds = try object.optionalMemoryKinds("kinds")
        tags = try object.optionalStrings("tags", count: 1...Limits.tagCountMax, bytes: Limits.tagBytes)
        entities = try object.optionalStrings("entities", count: 1...Limits.entityCountMax, bytes: Limits.idBytes)
        from = try object.optionalTime("from")
        to = try object.optionalTime("to")
        all = try object.optionalBool("all") ?? false
        mode = try object.optionalChoice("mode", of: ForgetMode.self) ?? .soft
        confirmCount = try object.optionalInt("confirmCount", in: 0...Int(UInt32.max))
        try object.rejectUnknownFields()
        if let from, let to, to < from {
            throw object.refusal("to", "must not be before from", limit: "≥ from")
        }
    }
}

extension RecallBatch {
    /// The body of `POST /nexus/recall`: `{"recalls":[{"nexusId":…, …}]}`, each as for one agent.
    public init(json: JSONElement) throws(JSONError) {
        self.init()
        var object = try json.object()
        for value in try object.requiredArray("recalls", count: Limits.recallCount) {
            var fields = try value.object()
            let nexusId = try fields.requiredString("nexusId", bytes: Limits.idBytes)
            recalls.append(Question(nexusId: nexusId, request: try RecallRequest(object: &fields)))
        }
        try object.rejectUnknownFields()
    }
}
