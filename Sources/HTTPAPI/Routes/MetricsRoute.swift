import Engine
import HTTPTypes
import Hummingbird
import NIOCore
import PineconeAPI
import Platform

/// `/metrics`: counters for monitors, in the text format of Prometheus, version 0.0.4.
func addMetricsRoute(_ api: APIRoutes, _ requests: RequestMetrics) {
    let platform = api.platform
    api.table.add(.init(method: .get, path: "/metrics", contentType: "text/plain; version=0.0.4"))
    api.router.get("/metrics") { request, context in
        _ = try RequestReader(request: request, context: context, allowed: [])
        let text = metrics(platform, requests)
        return Response(
            status: .ok, headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }
}

private func metrics(_ platform: ArcaneaPlatform, _ requests: RequestMetrics) -> String {
    var text = PrometheusText()
    text.family("arcanea_build_info", "gauge", "1; the label tells the version.")
    text.sample("arcanea_build_info", "1", ["version": BuildInformation.version])
    addStore(platform, to: &text)
    addIndexes(platform, to: &text)
    addRequests(requests, to: &text)
    text.gauge("arcanea_event_listeners", "Listeners at /events.", platform.events.listenerCount)
    return text.text
}

private func addStore(_ platform: ArcaneaPlatform, to text: inout PrometheusText) {
    let (health, status) = (platform.health, platform.status())
    text.gauge("arcanea_essences", "Works in the store.", status.essences)
    text.gauge("arcanea_edges", "Credits between works.", status.edges)
    text.gauge("arcanea_memories", "Memories of all agents.", status.memories)
    text.gauge("arcanea_vectors", "Vectors of works.", status.vectors)
    text.gauge("arcanea_sealed_vectors", "Vectors of works that the graph covers.", status.sealedVectors)
    text.gauge("arcanea_sequence", "Sequence of the works' namespace.", Int(clamping: status.seq))
    text.counter("arcanea_commits_total", "Transactions made durable.", health.commits)
    text.counter("arcanea_commit_requests_total", "Requests in those transactions.", health.requests)
    text.gauge("arcanea_accepts_writes", "0 when the disk is at its floor.", health.acceptsWrites ? 1 : 0)
    if let free = health.freeBytes { text.gauge("arcanea_disk_free_bytes", "Room on the disk.", free) }
    if let floor = health.floorBytes { text.gauge("arcanea_disk_floor_bytes", "Room that is kept free.", floor) }
    if let space = try? platform.space() {
        text.gauge("arcanea_database_bytes", "Bytes of the database.", space.bytes)
        text.gauge("arcanea_database_free_bytes", "Bytes in it that deletions freed.", space.freeBytes)
    }
    text.counter("arcanea_reclaimed_bytes_total", "Bytes given back to the disk.", health.reclaimedBytes)
    text.counter("arcanea_scrub_passes_total", "Times that the whole store was read again.", health.scrubPasses)
    text.counter("arcanea_scrub_rows_total", "Rows read again.", health.scrubRows)
    text.counter("arcanea_scrub_bytes_total", "Bytes read again.", health.scrubBytes)
    text.counter("arcanea_scrub_errors_total", "Damages found, in each pass.", health.scrubErrors)
    text.gauge("arcanea_damages", "Damages that are known now.", health.damages)
}

/// Totals over all indexes: their names are the callers' and would make series without end.
private func addIndexes(_ platform: ArcaneaPlatform, to text: inout PrometheusText) {
    let totals = platform.pinecone.totals()
    text.gauge("arcanea_pinecone_indexes", "Indexes of the Pinecone surface.", totals.indexes)
    text.gauge("arcanea_pinecone_namespaces", "Namespaces of all indexes.", totals.namespaces)
    text.gauge("arcanea_pinecone_records", "Records of all indexes.", totals.records)
    text.gauge("arcanea_pinecone_vectors", "Dense vectors of all indexes.", totals.vectors)
    text.gauge("arcanea_pinecone_sealed_vectors", "Those of them that a graph covers.", totals.sealedVectors)
}

private func addRequests(_ requests: RequestMetrics, to text: inout PrometheusText) {
    text.gauge("arcanea_http_requests_in_flight", "Requests in work, this one included.", requests.inFlight)
    let all = requests.all
    let total = "arcanea_http_requests_total"
    text.family(total, "counter", "Requests by route and status; route none is where there is no such path.")
    for (key, series) in all {
        for (status, count) in series.statuses.sorted(by: { $0.key < $1.key }) {
            text.sample(total, "\(count)", ["route": key.route, "method": key.method, "status": "\(status)"])
        }
    }
    let seconds = "arcanea_http_request_duration_seconds"
    text.family(seconds, "histogram", "Time from a request's head to its answer's head.")
    for (key, series) in all {
        var below = 0
        for (bound, count) in zip(RequestMetrics.bounds, series.buckets) {
            below += count
            text.sample(
                "\(seconds)_bucket", "\(below)", ["route": key.route, "method": key.method, "le": "\(bound)"])
        }
        text.sample(
            "\(seconds)_bucket", "\(series.count)", ["route": key.route, "method": key.method, "le": "+Inf"])
        text.sample("\(seconds)_sum", "\(series.sum / .seconds(1))", ["route": key.route, "method": key.method])
        text.sample("\(seconds)_count", "\(series.count)", ["route": key.route, "method": key.method])
    }
}
