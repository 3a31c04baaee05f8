import Engine
import HTTPTypes
import Hummingbird
import Platform
import ServiceLifecycle

/// `/healthz`, `/readyz`, `/version`: for monitors, without a key.
func addOperationsRoutes(_ api: APIRoutes, _ readiness: Readiness) {
    let platform = api.platform

    // The process is up.
    api.on(.get, "/healthz") { _ in Health(status: "ok") }

    // The store is open and answers; indexing in the background does not make it less ready. 503 when new requests should go
    // elsewhere because the service is about to stop.
    api.on(.get, "/readyz", answering: "application/json; charset=utf-8") { _, _ in
        var status = platform.status()
        let isDraining = readiness.isDraining || Task.isShuttingDownGracefully
        if isDraining { status.state = "draining" }
        return try Response(status: isDraining ? .serviceUnavailable : .ok, encoding: status)
    }

    api.on(.get, "/version") { _ in Version() }
}

private struct Health: Encodable {
    var status: String
}

private struct Version: Encodable {
    var name = "arcanea"
    var version = BuildInformation.version
    var formats = BuildInformation.formats
}
