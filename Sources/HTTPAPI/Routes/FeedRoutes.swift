import HTTPTypes
import Platform

/// What a viewer should see next.
func addFeedRoutes(_ api: APIRoutes) {
    let feed = api.platform.feed

    api.on(.post, "/feed/rank", body: FeedRequest.init(json:)) { _, request in
        try feed.rank(request)
    }
    api.on(.post, "/feed/events", body: FeedEventBatch.init(json:)) { _, batch in
        try await feed.ingest(batch.events)
    }
    api.on(.get, "/feed/viewers", query: ["prefix", "limit"]) { request in
        try feed.viewers(
            prefix: request.optionalText("prefix", bytes: Limits.idBytes),
            limit: request.integer("limit", in: Limits.batchCount, default: 100))
    }
    api.on(.get, "/feed/trending", query: ["window", "limit", "now"]) { request in
        try feed.trending(
            window: request.choice("window", default: .sevenDays),
            limit: request.integer("limit", in: 1...1_000, default: 20), now: request.time("now"))
    }
}
