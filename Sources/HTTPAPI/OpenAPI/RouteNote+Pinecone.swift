extension RouteNote {
    private static let index = PineconePlane.pathPrefix + "{index}"
    private static let page = ["limit", "paginationToken"]
    private static let notOffered = RouteNote("Not offered: answered 501 with what to use instead.")

    /// The Pinecone surface.
    static let pinecone: [String: RouteNote] = [
        "GET /indexes": .init("All indexes."),
        "POST /indexes": .init(
            "Makes an index.",
            body: "{\"name\":\"docs\",\"dimension\":4,\"metric\":\"cosine\","
                + "\"spec\":{\"serverless\":{\"cloud\":\"aws\",\"region\":\"us-east-1\"}}}"),
        "GET /indexes/{index}": .init("An index."),
        "PATCH /indexes/{index}": .init("Changes an index.", body: "{\"deletion_protection\":\"disabled\"}"),
        "DELETE /indexes/{index}": .init("Deletes an index with its records."),
        "POST /indexes/create-for-model": .init(
            "Makes an index that takes text.",
            body: "{\"name\":\"notes\",\"cloud\":\"aws\",\"region\":\"us-east-1\","
                + "\"embed\":{\"model\":\"arcanea-static-256\",\"field_map\":{\"text\":\"chunk_text\"}}}"),

        "POST \(index)/vectors/upsert": .init(
            "Writes records.", body: "{\"vectors\":[{\"id\":\"a\",\"values\":[1,0,0,0]}],\"namespace\":\"ns\"}"),
        "POST \(index)/query": .init(
            "Nearest records to a vector or a record.", body: "{\"vector\":[1,0,0,0],\"topK\":3,\"namespace\":\"ns\"}"),
        "GET \(index)/vectors/fetch": .init("Records by id.", query: ["ids", "namespace"]),
        "POST \(index)/vectors/fetch_by_metadata": .init(
            "Records by a filter.", body: "{\"filter\":{\"genre\":{\"$eq\":\"drama\"}},\"namespace\":\"ns\"}"),
        "POST \(index)/vectors/update": .init(
            "Changes a record, or the metadata of those that match a filter.",
            body: "{\"id\":\"a\",\"setMetadata\":{\"genre\":\"drama\"},\"namespace\":\"ns\"}"),
        "POST \(index)/vectors/delete": .init(
            "Deletes records by id, by filter, or all.", body: "{\"ids\":[\"a\"],\"namespace\":\"ns\"}"),
        "DELETE \(index)/vectors/delete": .init(
            "As POST, for older clients.", body: "{\"ids\":[\"a\"],\"namespace\":\"ns\"}"),
        "GET \(index)/vectors/list": .init("Ids, page by page.", query: ["prefix", "namespace"] + page),
        "GET \(index)/describe_index_stats": .init("Counts by namespace."),
        "POST \(index)/describe_index_stats": .init("As GET.", body: "{}"),
        "GET \(index)/namespaces": .init("Namespaces, page by page.", query: ["prefix"] + page),
        "POST \(index)/namespaces": .init("Makes a namespace.", body: "{\"name\":\"ns\"}"),
        "GET \(index)/namespaces/{namespace}": .init("A namespace."),
        "DELETE \(index)/namespaces/{namespace}": .init("Deletes a namespace with its records."),
        "POST \(index)/records/namespaces/{namespace}/upsert": .init(
            "Embeds and writes records, one a line.", body: "{\"_id\":\"a\",\"chunk_text\":\"jasmine tea\"}"),
        "POST \(index)/records/namespaces/{namespace}/search": .init(
            "Nearest records to a text.", body: "{\"query\":{\"inputs\":{\"text\":\"tea\"},\"top_k\":3}}"),

        "POST /embed": .init(
            "Vectors of texts.", body: "{\"model\":\"arcanea-static-256\",\"inputs\":[{\"text\":\"jasmine tea\"}]}"),
        "POST /rerank": .init(
            "Texts in the order of their relevance.",
            body: "{\"model\":\"arcanea-static-256\",\"query\":\"tea\",\"documents\":[{\"text\":\"jasmine tea\"}]}"),
        "GET /models": .init("Built-in models.", query: ["type", "vector_type"]),
        "GET /models/{model}": .init("A built-in model."),

        "POST /indexes/{index}/backups": .init("Makes a backup of an index.", body: "{\"name\":\"monday\"}"),
        "GET /indexes/{index}/backups": .init("Backups of an index, page by page.", query: page),
        "GET /backups": .init("Backups of all indexes, page by page.", query: page),
        "GET /backups/{backup}": .init("A backup."),
        "DELETE /backups/{backup}": .init("Deletes a backup."),
        "POST /backups/{backup}/create-index": .init("Makes an index of a backup.", body: "{\"name\":\"docs-again\"}"),
        "GET /restore-jobs": .init("Restores, page by page.", query: page),
        "GET /restore-jobs/{job}": .init("A restore."),

        "GET /collections": .init("Always none: a server without pods has no collections."),
        "POST /collections": .init("Always refused: a server without pods has no collections."),
        "GET /collections/{collection}": .init("Always 404: a server without pods has no collections."),
        "DELETE /collections/{collection}": .init("Always 404: a server without pods has no collections."),
        "POST \(index)/namespaces/{namespace}/documents/upsert": notOffered,
        "POST \(index)/namespaces/{namespace}/documents/search": notOffered,
        "POST \(index)/namespaces/{namespace}/documents/fetch": notOffered,
        "POST \(index)/namespaces/{namespace}/documents/list": notOffered,
        "POST \(index)/namespaces/{namespace}/documents/delete": notOffered,
        "POST \(index)/namespaces/{namespace}/documents/update": notOffered,
        "POST \(index)/bulk/imports": notOffered,
        "GET \(index)/bulk/imports": notOffered,
        "GET \(index)/bulk/imports/{import}": notOffered,
        "DELETE \(index)/bulk/imports/{import}": notOffered,
        "GET /indexes/{index}/backup-schedules": notOffered,
        "POST /indexes/{index}/backup-schedules": notOffered,
        "GET /backup-schedules/{schedule}": notOffered,
        "PATCH /backup-schedules/{schedule}": notOffered,
        "DELETE /backup-schedules/{schedule}": notOffered,
        "GET /backup-schedules/{schedule}/history": notOffered,
    ]
}
