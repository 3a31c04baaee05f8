import HTTPTypes
import Hummingbird
import PineconeAPI
import StrictJSON

/// `/indexes`: the control plane.
func addIndexRoutes(_ routes: PineconeRoutes) {
    let service = routes.service
    let configuration = routes.configuration

    @Sendable func describe(
        _ index: PineconeIndex, _ request: PineconeRequest, _ status: HTTPResponse.Status = .ok
    ) -> Response {
        var json = JSONBuilder()
        description(index, request).write(to: &json)
        return Response(status: status, json: json)
    }
    @Sendable func description(_ index: PineconeIndex, _ request: PineconeRequest) -> IndexDescription {
        IndexDescription(
            index: index, host: request.host(of: index.name, configuration), dialect: request.dialect)
    }

    routes.on(.get, "/indexes") { request in
        var json = JSONBuilder()
        json.object { json in
            json.array("indexes") { json in
                for index in service.indexes() { description(index, request).write(to: &json) }
            }
        }
        return Response(json: json)
    }
    routes.on(.post, "/indexes", dialectBody: IndexDraft.init(json:dialect:)) { request, draft in
        describe(try await service.create(draft), request, .created)
    }
    routes.on(.get, "/indexes/{index}") { request in
        describe(try service.describe(request.index), request)
    }
    routes.on(.patch, "/indexes/{index}", body: IndexPatch.init(json:)) { request, patch in
        describe(try await service.configure(request.index, patch), request, .accepted)
    }
    routes.on(.delete, "/indexes/{index}") { request in
        try await service.delete(request.index)
        return Response(status: .accepted)
    }
}
