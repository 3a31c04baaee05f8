import Engine
import HTTPTypes
import Hummingbird
import PineconeAPI
import StrictJSON

/// Routes that exist where Pinecone runs and are not offered here: each says so, in the shape that its clients read.
func addUnofferedRoutes(_ routes: PineconeRoutes) {
    let index = PineconePlane.pathPrefix + "{index}"

    // Collections are copies of indexes on pods. A server without pods has none.
    routes.on(.get, "/collections") { _ in
        var json = JSONBuilder()
        json.object { json in json.array("collections") { _ in } }
        return Response(json: json)
    }
    routes.on(.post, "/collections") { _ in
        throw EngineError.invalid(
            "source", "collections are made of indexes on pods, and this server has none: use backups", limit: "backups"
        )
    }
    for method in [HTTPRequest.Method.get, .delete] {
        routes.on(method, "/collections/{collection}") { request in
            throw EngineError(.notFound, "Resource \(try request.path("collection").prefix(64)) not found")
        }
    }

    for operation in ["upsert", "search", "fetch", "list", "delete", "update"] {
        routes.on(.post, index + "/namespaces/{namespace}/documents/\(operation)") { _ in
            throw EngineError.notOffered("the documents API", "use the vectors or the records API")
        }
    }
    for (method, path) in [
        (HTTPRequest.Method.post, "/bulk/imports"), (.get, "/bulk/imports"), (.get, "/bulk/imports/{import}"),
        (.delete, "/bulk/imports/{import}"),
    ] {
        routes.on(method, index + path) { _ in
            throw EngineError.notOffered(
                "bulk import from object storage", "use `arcanea import`, or upsert in batches")
        }
    }
    for (method, path) in [
        (HTTPRequest.Method.get, "/indexes/{index}/backup-schedules"), (.post, "/indexes/{index}/backup-schedules"),
        (.get, "/backup-schedules/{schedule}"), (.patch, "/backup-schedules/{schedule}"),
        (.delete, "/backup-schedules/{schedule}"), (.get, "/backup-schedules/{schedule}/history"),
    ] {
        routes.on(method, path) { _ in
            throw EngineError.notOffered("backup schedules", "let a timer of the system ask for a backup")
        }
    }
}
