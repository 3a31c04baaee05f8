import Engine

/// How the service listens, and how much it takes.
public struct APIServerConfiguration: Sendable {
    /// Address to bind to. Loopback unless `apiKey` is set.
    public var host: String
    /// 0 takes a free port.
    public var port: Int
    /// When set, every route but the page, `/healthz`, `/readyz`, `/version` and `/openapi.json` needs it.
    public var apiKey: String?
    /// Where callers reach the service, such as `https://vectors.example.com`, for the hosts of indexes; `nil` takes the name
    /// by which each caller asked.
    public var publicURL: String?
    /// Whether hosts of indexes begin with `http://` or `https://`. Clients need it; code that puts a scheme before the host
    /// itself does not.
    public var hostsHaveScheme: Bool
    /// Largest request body. A batch of 1,000 vectors of 1,536 numbers fits.
    public var bodyBytesMax: Int
    /// Time for a request's body to arrive, however slowly it trickles in; see also `bodyBytesPerSecondMin`.
    public var bodyTimeout: Duration
    /// Pace that a large body must keep to be given more than `bodyTimeout`.
    public var bodyBytesPerSecondMin: Int
    /// A connection on which nothing arrives, between requests or within one, is closed after this time.
    public var idleTimeout: Duration
    /// A connection whose peer does not read its answer is closed after this time.
    public var writeTimeout: Duration
    /// Connections at a time; more wait in the kernel's queue.
    public var connectionsMax: Int
    /// Requests in work at a time; one more is answered 503 at once.
    public var inFlightMax: Int
    /// Listeners at `/events` at a time; one more is answered 503.
    public var listenersMax: Int
    /// Silence after which a listener is sent a sign of life with its place in the stream.
    public var heartbeat: Duration
    /// What `/readyz` tells; whoever stops the service marks it.
    public var readiness: Readiness

    public init(
        host: String = "127.0.0.1", port: Int = 5080, apiKey: String? = nil, publicURL: String? = nil,
        hostsHaveScheme: Bool = true, bodyBytesMax: Int = 32 << 20,
        bodyTimeout: Duration = .seconds(30), bodyBytesPerSecondMin: Int = 64 << 10,
        idleTimeout: Duration = .seconds(60), writeTimeout: Duration = .seconds(30), connectionsMax: Int = 4_096,
        inFlightMax: Int = 512, listenersMax: Int = 1_024, heartbeat: Duration = .seconds(15),
        readiness: Readiness = Readiness()
    ) {
        self.host = host
        self.port = port
        self.apiKey = apiKey
        self.publicURL = publicURL
        self.hostsHaveScheme = hostsHaveScheme
        self.bodyBytesMax = bodyBytesMax
        self.bodyTimeout = bodyTimeout
        self.bodyBytesPerSecondMin = bodyBytesPerSecondMin
        self.idleTimeout = idleTimeout
        self.writeTimeout = writeTimeout
        self.connectionsMax = connectionsMax
        self.inFlightMax = inFlightMax
        self.listenersMax = listenersMax
        self.heartbeat = heartbeat
        self.readiness = readiness
    }

    /// - Throws: `failedPrecondition` for an address that others can reach without a key, `invalidArgument` for a key
    ///   that is too short to be one.
    public func validate() throws {
        if let apiKey, apiKey.utf8.count < 16 {
            throw EngineError.invalid(
                "ARCANEA_API_KEY",
                "the key has \(apiKey.utf8.count) bytes; use at least 16, such as `openssl rand -hex 24`",
                limit: "≥ 16 bytes")
        }
        if let publicURL, !publicURL.hasPrefix("http://"), !publicURL.hasPrefix("https://") {
            throw EngineError.invalid(
                "--public-url", "the public URL must begin with http:// or https://, got \(publicURL)",
                limit: "http://, https://")
        }
        if apiKey == nil && !LoopbackGuardMiddleware.isLoopback(host) {
            throw EngineError(
                .failedPrecondition,
                "refusing to listen on \(host) without a key: set ARCANEA_API_KEY, or bind to 127.0.0.1",
                field: "--host", limit: "loopback")
        }
    }
}
