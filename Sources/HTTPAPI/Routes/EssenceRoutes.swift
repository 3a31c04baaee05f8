import Engine
import HTTPTypes
import Platform
import StrictJSON

/// `/essences`, `/essence/remix`: works and how to find them.
func addEssenceRoutes(_ api: APIRoutes) {
    let essences = api.platform.essences

    api.on(.post, "/essences", status: .created, body: EssenceDraft.init(json:)) { _, draft in
        try await essences.create(draft)
    }
    api.on(.post, "/essences/batch", status: .created, body: EssenceBatch.init(json:)) { _, batch in
        try await essences.createBatch(batch.items)
    }
    api.on(.post, "/essence/remix", status: .created, body: EssenceDraft.init(remixJSON:)) { _, draft in
        try await essences.create(draft)
    }
    api.on(.get, "/essences/{id}", query: ["includeVector", viewerRealmId]) { request in
        try Timed { try essences.get(visibleWork(request, essences), includeVector: request.flag("includeVector")) }
    }
    api.on(.patch, "/essences/{id}", body: EssencePatch.init(json:)) { request, patch in
        try await essences.patch(request.path("id"), patch)
    }
    api.on(.delete, "/essences/{id}", query: ["state", "mergedInto"]) { request in
        let takedown = try takedown(request)
        return try await essences.takedown(request.path("id"), takedown)
    }
    api.on(.post, "/essences/search", body: EssenceSearchRequest.init(json:)) { _, search in
        try essences.search(search)
    }
    api.on(.get, "/essences/{id}/similar", query: ["topK", "minScore", viewerRealmId]) { request in
        try essences.similar(
            visibleWork(request, essences), topK: request.integer("topK", in: Limits.topK, default: 10),
            minScore: request.number("minScore", in: -1...1), viewerRealmId: request.optionalID(viewerRealmId))
    }
}

/// Query parameter of every route that reads one work: the realm on whose behalf it is read.
let viewerRealmId = "viewerRealmId"

/// The work that the path names. Read on behalf of a realm, another realm's private work is answered as one that does not
/// exist.
func visibleWork(_ request: RequestReader, _ essences: EssenceService) throws -> String {
    let id = try request.path("id")
    if let viewer = try request.optionalID(viewerRealmId) { try essences.checkVisible(id, to: viewer) }
    return id
}

/// `state=hidden|redacted|merged`, hidden when absent; `mergedInto` goes with `merged` and with nothing else.
private func takedown(_ request: RequestReader) throws -> Takedown {
    let state = try request.choice("state", default: EssenceState.hidden, among: [.hidden, .redacted, .merged])
    let mergedInto = try state == .merged ? request.id("mergedInto") : request.optionalID("mergedInto")
    guard state == .merged || mergedInto == nil else {
        throw EngineError.invalid(
            "mergedInto", "mergedInto has no meaning for state \(state.rawValue)", limit: "absent")
    }
    return Takedown(state: state, mergedInto: mergedInto)
}
