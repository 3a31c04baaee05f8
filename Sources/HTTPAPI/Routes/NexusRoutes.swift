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
    api.on(.post, "/nexus/{nexusId}/memories", status: .created, body: MemoryBatch.init(json:)) {
        request, batch in
        try await nexus.add(request.path("nexusId"), batch.items)
    }
    api.on(.get, "/nexus/{nexusId}/memories", query: ["cursor", "limit"]) { request in
        try nexus.list(
            request.path("nexusId"), cursor: request.optionalText("cursor", bytes: 1...16_384),
            limit: request.integer("limit", in: 1...1_000, default: 100))
    }
    api.on(.get, "/nexus/{nexusId}/memories/{id}") { request in
        try Timed { try nexus.get(request.path("nexusId"), request.path("id")) }
    }
    api.on(.delete, "/nexus/{nexusId}/memories/{id}") { request in
        try await nexus.delete(request.path("nexusId"), request.path("id"))
    }
    api.on(.post, "/nexus/{nexusId}/memories/{id}/use") { request in
        try await nexus.use(request.path("nexusId"), request.path("id"))
    }
    api.on(.post, "/nexus/{nexusId}/recall", body: RecallRequest.init(json:)) { request, recall in
        try await nexus.recall(request.path("nexusId"), recall)
    }
}
