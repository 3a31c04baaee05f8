import Engine
import HTTPTypes
import Hummingbird
import PineconeAPI
import StrictJSON

/// `/embed`, `/rerank`, `/models`, `/indexes/create-for-model`, and the records of indexes that take text.
func addInferenceRoutes(_ routes: PineconeRoutes) {
    let service = routes.service
    let configuration = routes.configuration
    let base = PineconePlane.pathPrefix + "{index}/records/namespaces/{namespace}"

    routes.on(.post, "/embed", body: EmbedTextsRequest.init(json:)) { _, request in
        .read(nil, try service.embed(request).write)
    }
    routes.on(.post, "/rerank", body: RerankRequest.init(json:)) { _, request in
        .read(nil, try service.rerank(request).write)
    }
    routes.on(.get, "/models") { request in
        let models = service.models(kind: request.value("type"), vectorType: request.value("vector_type"))
        return .read(nil) { json in
            json.object { json in
                json.array("models") { json in for model in models { model.write(to: &json) } }
            }
        }
    }
    routes.on(.get, "/models/{model}") { request in
        .read(nil, try service.model(request.path("model")).write)
    }
    routes.on(.post, "/indexes/create-for-model", body: ModelIndexDraft.init(json:)) { request, draft in
        let index = try await service.create(draft)
        var json = JSONBuilder()
        IndexDescription(
            index: index, host: request.host(of: index.name, configuration), dialect: request.dialect
        ).write(to: &json)
        return Response(status: .created, json: json)
    }
    routes.onLines(base + "/upsert", TextRecord.init(json:), count: PineconeLimits.textRecordCount) {
        request, records in
        let namespace = try NamespaceName.checked(request.path("namespace"))
        let written = try await service.upsert(records, namespace: namespace, in: request.index)
        var response = Response(status: .created)
        response.setSequence(written.lsn, HTTPField.Name.requestLSN)
        return response
    }
    routes.on(.post, base + "/search", body: RecordSearchRequest.init(json:)) { request, search in
        let namespace = try NamespaceName.checked(request.path("namespace"))
        let answer = try service.search(search, namespace: namespace, in: request.index)
        return .read(answer.lsn, answer.value.write)
    }
}
