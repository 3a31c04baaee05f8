import HTTPTypes
import Platform

/// `/healthz`, `/readyz`, `/version`: for monitors, without a key.
func addOperationsRoutes(_ api: APIRoutes) {
    let platform = api.platform

    // The process is up.
    api.on(.get, "/healthz") { _ in Health(status: "ok") }

    // The store is open and answers; indexing in the background does not make it less ready.
    api.on(.get, "/readyz") { _ in platform.status() }

    api.on(.get, "/version") { _ in Version() }
}

private struct Health: Encodable {
    var status: String
}

private struct Version: Encodable {
    var name = "arcanea"
    var version = BuildInformation.version
}
