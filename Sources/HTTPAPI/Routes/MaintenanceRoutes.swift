import Engine
import HTTPTypes
import Platform

/// Backups, verification and compaction of the whole store, for operators. They need the key, as every route that monitors do not ask.
func addMaintenanceRoutes(_ api: APIRoutes) {
    let platform = api.platform
    let jobs = platform.maintenance

    // The backup's directory is on the machine of the service: `arcanea restore` makes a store from it.
    api.on(.post, "/operations/backups", status: .accepted, body: BackupRequest.init(json:)) { _, backup in
        try jobs.startBackup(name: backup.name, allowsDamage: backup.allowDamage)
    }
    api.on(.get, "/operations/backups") { _ in Items(items: jobs.backups()) }
    api.on(.post, "/operations/verifications", status: .accepted, body: VerificationRequest.init(json:)) { _, asked in
        try jobs.startVerification(deep: asked.deep)
    }

    api.on(.post, "/operations/compactions", status: .accepted, body: CompactionRequest.init(json:)) { _, _ in
        try platform.startCompaction()
    }
    // Bytes that the database takes, and those of them that a compaction would give back.
    api.on(.get, "/operations/space") { _ in try platform.space() }

    // What was started, with its progress and, in the end, what it found or made.
    api.on(.get, "/operations/jobs") { _ in Items(items: jobs.jobs) }
    api.on(.get, "/operations/jobs/{id}") { request in try jobs.job(request.path("id")) }
}

private struct Items<Item: Encodable>: Encodable {
    var items: [Item]
}
