import HTTPTypes
import Hummingbird
import NIOCore

/// `/openapi.json`: every route, for programs that write clients. Added last, so that it knows all others.
func addDocumentRoute(_ api: APIRoutes) {
    let table = api.table
    let document = Lazy { ByteBuffer(bytes: OpenAPIDocument(routes: table.all).bytes()) }
    api.on(.get, "/openapi.json", answering: "application/json; charset=utf-8") { _, _ in
        Response(
            status: .ok, headers: [.contentType: "application/json; charset=utf-8"],
            body: ResponseBody(byteBuffer: document.value))
    }
}
