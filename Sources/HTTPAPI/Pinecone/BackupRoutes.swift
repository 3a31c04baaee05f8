import HTTPTypes
import Hummingbird
import PineconeAPI
import StrictJSON

/// `/backups`, `/restore-jobs`, `/indexes/{index}/backups`.
func addBackupRoutes(_ routes: PineconeRoutes) {
    let service = routes.service

    @Sendable func listing(_ request: PineconeRequest, of index: String?) throws -> Response {
        let asked = try request.page()
        let found = try service.backups(of: index, limit: asked.limit, token: asked.token)
        let dialect = request.dialect
        return .page(found.next) { json in
            for backup in found.page { backup.write(to: &json, dialect: dialect) }
        }
    }

    routes.on(.post, "/indexes/{index}/backups", body: BackupDraft.init(json:)) { request, draft in
        let backup = try await service.createBackup(draft, of: request.index)
        var json = JSONBuilder()
        backup.write(to: &json, dialect: request.dialect)
        return Response(status: .created, json: json)
    }
    routes.on(.get, "/indexes/{index}/backups") { request in try listing(request, of: request.index) }
    routes.on(.get, "/backups") { request in try listing(request, of: nil) }
    routes.on(.get, "/backups/{backup}") { request in
        var json = JSONBuilder()
        try service.backup(request.path("backup")).write(to: &json, dialect: request.dialect)
        return Response(json: json)
    }
    routes.on(.delete, "/backups/{backup}") { request in
        try await service.deleteBackup(request.path("backup"))
        return Response(status: .accepted)
    }
    routes.on(.post, "/backups/{backup}/create-index", body: RestoreDraft.init(json:)) { request, draft in
        let job = try await service.restore(draft, from: request.path("backup"))
        var json = JSONBuilder()
        json.object { json in
            json.field("restore_job_id", job.id)
            json.field("index_id", job.indexID)
        }
        return Response(status: .accepted, json: json)
    }
    routes.on(.get, "/restore-jobs") { request in
        let asked = try request.page()
        let found = try service.restoreJobs(limit: asked.limit, token: asked.token)
        return .page(found.next) { json in for job in found.page { job.write(to: &json) } }
    }
    routes.on(.get, "/restore-jobs/{job}") { request in
        var json = JSONBuilder()
        try service.restoreJob(request.path("job")).write(to: &json)
        return Response(json: json)
    }
}

extension Response {
    /// `{"data":[…],"pagination"?:{"next"}}`
    fileprivate static func page(_ next: String?, _ elements: (inout JSONBuilder) -> Void) -> Response {
        var json = JSONBuilder()
        json.object { json in
            json.array("data", elements)
            if let next { json.object("pagination") { $0.field("next", next) } }
        }
        return Response(json: json)
    }
}
