import Engine
import HTTPTypes
import Hummingbird
import NIOCore
import Platform

/// `/metrics`: counters for monitors, in the text format of Prometheus, version 0.0.4.
func addMetricsRoute(_ api: APIRoutes) {
    let platform = api.platform
    api.table.add(.init(method: .get, path: "/metrics", contentType: "text/plain; version=0.0.4"))
    api.router.get("/metrics") { request, context in
        _ = try RequestReader(request: request, context: context, allowed: [])
        let text = Metrics(platform).text
        return Response(
            status: .ok, headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }
}

private struct Metrics {
    private(set) var text = ""

    init(_ platform: ArcaneaPlatform) {
        let (health, status) = (platform.health, platform.status())
        gauge("arcanea_essences", "Works in the store.", status.essences)
        gauge("arcanea_edges", "Credits between works.", status.edges)
        gauge("arcanea_memories", "Memories of all agents.", status.memories)
        gauge("arcanea_vectors", "Vectors of works.", status.vectors)
        gauge("arcanea_sealed_vectors", "Vectors of works that the graph covers.", status.sealedVectors)
        gauge("arcanea_sequence", "Sequence of the works' namespace.", Int(clamping: status.seq))
        counter("arcanea_commits_total", "Transactions made durable.", health.commits)
        counter("arcanea_commit_requests_total", "Requests in those transactions.", health.requests)
        gauge("arcanea_accepts_writes", "0 when the disk is at its floor.", health.acceptsWrites ? 1 : 0)
        if let free = health.freeBytes { gauge("arcanea_disk_free_bytes", "Room on the disk.", free) }
        if let floor = health.floorBytes { gauge("arcanea_disk_floor_bytes", "Room that is kept free.", floor) }
        if let space = try? platform.space() {
            gauge("arcanea_database_bytes", "Bytes of the database.", space.bytes)
            gauge("arcanea_database_free_bytes", "Bytes in it that deletions freed.", space.freeBytes)
        }
        counter("arcanea_reclaimed_bytes_total", "Bytes given back to the disk.", health.reclaimedBytes)
        counter("arcanea_scrub_passes_total", "Times that the whole store was read again.", health.scrubPasses)
        counter("arcanea_scrub_rows_total", "Rows read again.", health.scrubRows)
        counter("arcanea_scrub_bytes_total", "Bytes read again.", health.scrubBytes)
        counter("arcanea_scrub_errors_total", "Damages found, in each pass.", health.scrubErrors)
        gauge("arcanea_damages", "Damages that are known now.", health.damages)
    }

    private mutating func gauge(_ name: String, _ help: String, _ value: Int) { add(name, "gauge", help, value) }

    private mutating func counter(_ name: String, _ help: String, _ value: Int) { add(name, "counter", help, value) }

    private mutating func add(_ name: String, _ type: String, _ help: String, _ value: Int) {
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n\(name) \(value)\n"
    }
}
