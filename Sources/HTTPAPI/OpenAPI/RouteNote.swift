/// What people are told of a route beside what the program knows of it: one line, and a body that it takes.
struct RouteNote {
    var summary: String
    /// JSON.
    var body: String?
    /// Query parameters of routes that pass over those that they do not know.
    var query: [String]

    init(_ summary: String, body: String? = nil, query: [String] = []) {
        self.summary = summary
        self.body = body
        self.query = query
    }

    /// By ``RouteTable/Route/name``. A test fails when a route has none.
    static let all = platform.merging(pinecone) { note, _ in note }

    static func of(_ route: RouteTable.Route) -> RouteNote? {
        all[route.name] ?? (route.path.hasPrefix("/page/") ? RouteNote("A file of the page for people.") : nil)
    }
}

/// Query parameters mean the same on every route that has them.
struct QueryNote {
    var type: String
    var summary: String

    static let all: [String: QueryNote] = [
        "a": .init(type: "string", summary: "Id of a work."),
        "asOf": .init(type: "string", summary: "RFC 3339 time: the graph as it was then."),
        "b": .init(type: "string", summary: "Id of another work."),
        "by": .init(type: "string", summary: "What shares or places are counted by."),
        "child": .init(type: "string", summary: "Id of the work that credits."),
        "cosineMin": .init(type: "number", summary: "Least cosine of memories in a cluster, 0…1."),
        "cursor": .init(type: "string", summary: "Where the page before said to go on."),
        "depth": .init(type: "integer", summary: "Credits to follow at most."),
        "direction": .init(type: "string", summary: "Whether to walk to ancestors or to descendants."),
        "explain": .init(type: "boolean", summary: "Adds the plan, the sources and the counters."),
        "format": .init(type: "string", summary: "prov for W3C PROV-JSON, c2pa for C2PA."),
        "from": .init(type: "string", summary: "Id of the work where the path begins."),
        "ids": .init(type: "string", summary: "Id of a record; may come more than once."),
        "includeVector": .init(type: "boolean", summary: "Adds the vector."),
        "includeVectors": .init(type: "boolean", summary: "Adds the vectors."),
        "kinds": .init(type: "string", summary: "Comma-separated kinds; all when absent."),
        "lastEventId": .init(
            type: "string", summary: "Id of the last event seen; the header Last-Event-ID goes first."),
        "limit": .init(type: "integer", summary: "Items in the answer at most."),
        "mergedInto": .init(type: "string", summary: "With state merged: id of the work that takes its place."),
        "minScore": .init(type: "number", summary: "Least cosine, -1…1."),
        "mode": .init(type: "string", summary: "soft hides, hard deletes."),
        "namespace": .init(type: "string", summary: "Namespace of the index; the default one when absent."),
        "newest": .init(type: "integer", summary: "Newest memories to look at."),
        "now": .init(type: "string", summary: "RFC 3339 time that stands for the present."),
        "own": .init(type: "boolean", summary: "Whether remixes by the realm itself count."),
        "paginationToken": .init(type: "string", summary: "Where the page before said to go on."),
        "parent": .init(type: "string", summary: "Id of the work that is credited."),
        "prefix": .init(type: "string", summary: "Beginning of the ids or names to list."),
        "quality": .init(type: "number", summary: "Weight of quality."),
        "realmId": .init(type: "string", summary: "Realm whose works it is about; all when absent."),
        "reason": .init(type: "string", summary: "Kept with the retraction, 1…1024 bytes."),
        "relevance": .init(type: "number", summary: "Weight, or supposed value, of relevance."),
        "sizeMax": .init(type: "integer", summary: "Memories in a cluster at most."),
        "state": .init(type: "string", summary: "hidden, redacted or merged."),
        "style": .init(type: "string", summary: "none leaves the colors to the page around the picture."),
        "threshold": .init(type: "number", summary: "Takes the place of the stored or default threshold."),
        "to": .init(type: "string", summary: "Id of the work where the path ends."),
        "topK": .init(type: "integer", summary: "Hits in the answer at most, 1…10000."),
        "type": .init(type: "string", summary: "embed or rerank."),
        "vector_type": .init(type: "string", summary: "dense or sparse."),
        "viewerRealmId": .init(
            type: "string", summary: "Realm that reads; another realm's private work does not exist for it."),
        "walk": .init(type: "number", summary: "Weight of the walk over the lineage."),
        "window": .init(type: "string", summary: "Stretch of time that counts."),
        "withinDays": .init(type: "number", summary: "Memories that will fall below within so many days."),
    ]
}
