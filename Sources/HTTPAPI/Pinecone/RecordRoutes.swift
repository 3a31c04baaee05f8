import Engine
import HTTPTypes
import Hummingbird
import PineconeAPI
import StrictJSON

/// `/_index/{index}/vectors`, `/query`, `/describe_index_stats`: the data plane.
func addRecordRoutes(_ routes: PineconeRoutes) {
    let service = routes.service
    let base = PineconePlane.pathPrefix + "{index}"

    routes.on(.post, base + "/vectors/upsert", body: UpsertRequest.init(json:)) { request, upsert in
        let written = try await service.upsert(upsert, in: request.index)
        return .written(written.lsn) { $0.field("upsertedCount", written.value) }
    }
    routes.on(.post, base + "/query", body: QueryRequest.init(json:)) { request, query in
        let answer = try service.query(query, in: request.index)
        return .read(answer.lsn, answer.value.write)
    }
    routes.on(.get, base + "/vectors/fetch") { request in
        let ids = request.values("ids")
        guard PineconeLimits.idListCount.contains(ids.count) else {
            throw EngineError.invalid("ids", "ids must hold 1…1000 ids, got \(ids.count)", limit: "1…1000 ids")
        }
        for id in ids { try RecordID.check(id, "ids") }
        let answer = try service.fetch(ids, namespace: request.namespace(), in: request.index)
        return .read(answer.lsn, answer.value.write)
    }
    routes.on(.post, base + "/vectors/fetch_by_metadata", body: FetchByMetadataRequest.init(json:)) { request, fetch in
        let answer = try service.fetch(fetch, in: request.index)
        return .read(answer.lsn, answer.value.write)
    }
    routes.on(.post, base + "/vectors/update", body: UpdateRequest.init(json:)) { request, update in
        let written = try await service.update(update, in: request.index)
        return .written(written.lsn) { json in
            if let count = written.value { json.field("matchedRecords", count) }
        }
    }
    for method in [HTTPRequest.Method.post, .delete] {
        routes.on(method, base + "/vectors/delete", body: DeleteRequest.init(json:)) { request, delete in
            .written(try await service.delete(delete, in: request.index).lsn) { _ in }
        }
    }
    routes.on(.get, base + "/vectors/list") { request in
        let page = try request.page()
        let answer = try service.list(
            namespace: request.namespace(), prefix: request.prefix(), limit: page.limit, token: page.token,
            in: request.index)
        return .read(answer.lsn, answer.value.write)
    }
    routes.on(.get, base + "/describe_index_stats") { request in
        .read(nil, try service.stats(of: request.index).write)
    }
    routes.on(.post, base + "/describe_index_stats", body: StatsRequest.init(json:)) { request, _ in
        .read(nil, try service.stats(of: request.index).write)
    }
}

/// `/_index/{index}/namespaces`.
func addNamespaceRoutes(_ routes: PineconeRoutes) {
    let service = routes.service
    let base = PineconePlane.pathPrefix + "{index}/namespaces"

    routes.on(.get, base) { request in
        let page = try request.page()
        let answer = try service.namespaces(
            of: request.index, prefix: request.prefix(), limit: page.limit, token: page.token)
        return .read(nil, answer.write)
    }
    routes.on(.post, base, body: NamespaceDraft.init(json:)) { request, draft in
        .read(nil, try await service.createNamespace(draft, in: request.index).write)
    }
    routes.on(.get, base + "/{namespace}") { request in
        let answer = try service.describeNamespace(request.path("namespace"), in: request.index)
        return .read(answer.lsn, answer.value.write)
    }
    routes.on(.delete, base + "/{namespace}") { request in
        try await service.deleteNamespace(request.path("namespace"), in: request.index)
        return .written(nil) { _ in }
    }
}

/// The body of `POST /describe_index_stats`: no filter, as with the serverless service.
private struct StatsRequest {
    init(json: JSONElement) throws(JSONError) {
        var object = try json.object()
        if let filter = object.value("filter"), try filter.object().count > 0 {
            throw filter.refusal(
                .outOfRange, "is not supported: counts are of whole namespaces; dryRun of an update counts by a filter",
                limit: "absent")
        }
    }
}

extension Response {
    /// An answer of a read.
    static func read(_ lsn: UInt64?, _ write: (inout JSONBuilder) -> Void) -> Response {
        var json = JSONBuilder(capacity: 1_024)
        write(&json)
        var response = Response(json: json)
        response.setSequence(lsn, HTTPField.Name.indexedLSN)
        return response
    }

    /// An answer of a write: an object, which may have no fields.
    static func written(_ lsn: UInt64?, _ fields: (inout JSONBuilder) -> Void) -> Response {
        var json = JSONBuilder(capacity: 64)
        json.object(fields)
        var response = Response(json: json)
        response.setSequence(lsn, HTTPField.Name.requestLSN)
        return response
    }

    mutating func setSequence(_ lsn: UInt64?, _ names: [HTTPField.Name]) {
        guard let lsn else { return }
        let text = String(lsn)
        for name in names { headers.append(HTTPField(name: name, value: text)) }
    }
}
