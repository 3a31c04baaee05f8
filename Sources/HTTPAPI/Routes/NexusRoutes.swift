import HTTPTypes
import Platform

/// What agents remember.
func addNexusRoutes(_ api: APIRoutes) {
    let nexus = api.platform.nexus

    api.on(.get, "/nexus", query: ["prefix", "limit"]) { request in
        try nexus.agents(
            prefix: request.optionalText("prefix", bytes: Limits.idBytes),
            limit: request.integer("limit", in: Limits.batchCount, default: 100))
    }
    // An agent's settings.
    api.on(.put, "/nexus/{nexusId}", body: NexusSettings.init(json:)) { request, settings in
        try await nexus.configure(request.path("nexusId"), settings)
    }
    api.on(.get, "/nexus/{nexusId}") { request in
        try Timed { try nexus.settings(request.path("nexusId")) }
    }
    api.on(.delete, "/nexus/{nexusId}") { request in
        try await nexus.resetSettings(request.path("nexusId"))
    }

    // Memories.
    api.on(.post, "/nexus/{nexusId}/memories", status: .created, body: MemoryBatch.init(json:)) {
        request, batch in
        try await nexus.add(request.path("nexusId"), batch.items)
    }
    api.on(.get, "/nexus/{nexusId}/memories", query: ["cursor", "limit", "includeVectors"]) { request in
        try nexus.list(
            request.path("nexusId"), cursor: request.optionalText("cursor", bytes: 1...16_384),
            limit: request.integer("limit", in: 1...1_000, default: 100),
            includeVectors: request.flag("includeVectors"))
    }
    api.on(.get, "/nexus/{nexusId}/memories/{id}") { request in
        try Timed { try nexus.get(request.path("nexusId"), request.path("id")) }
    }
    api.on(.delete, "/nexus/{nexusId}/memories/{id}", query: ["mode"]) { request in
        try await nexus.delete(
            request.path("nexusId"), request.path("id"), mode: request.choice("mode", default: .hard))
    }
    api.on(.post, "/nexus/{nexusId}/memories/{id}/use") { request in
        try await nexus.use(request.path("nexusId"), request.path("id"))
    }
    api.on(.post, "/nexus/{nexusId}/memories/{id}/supersede", body: SupersedeRequest.init(json:)) { request, by in
        try await nexus.supersede(request.path("nexusId"), request.path("id"), by)
    }
    api.on(.post, "/nexus/{nexusId}/forget", body: ForgetRequest.init(json:)) { request, forget in
        try await nexus.forget(request.path("nexusId"), forget)
    }

    // Upkeep.
    api.on(
        .get, "/nexus/{nexusId}/memories/decay", query: ["threshold", "relevance", "withinDays", "limit"]
    ) { request in
        try nexus.decay(
            request.path("nexusId"),
            DecayQuery(
                threshold: request.number("threshold", in: 0...10) ?? 0.3,
                relevance: request.number("relevance", in: 0...1),
                withinDays: request.number("withinDays", in: 0...36_500),
                limit: request.integer("limit", in: 1...1_000, default: 100)))
    }
    api.on(
        .get, "/nexus/{nexusId}/consolidation", query: ["cosineMin", "sizeMax", "newest", "kinds"]
    ) { request in
        try nexus.consolidation(
            request.path("nexusId"),
            ConsolidationQuery(
                cosineMin: request.number("cosineMin", in: 0...1) ?? 0.90,
                sizeMax: request.integer("sizeMax", in: 2...1_000, default: 32),
                newest: request.integer("newest", in: 2...10_000, default: 2_000),
                kinds: request.list("kinds", of: ["event", "chat", "fact", "preference"])))
    }

    // Recall.
    api.on(.post, "/nexus/recall", body: RecallBatch.init(json:)) { _, batch in
        try await nexus.recall(batch)
    }
    api.on(.post, "/nexus/{nexusId}/recall", body: RecallRequest.init(json:)) { request, recall in
        try await nexus.recall(request.path("nexusId"), recall)
    }
}
