public import Hummingbird
import HummingbirdCore
public import Logging
import NIOCore
public import Platform

/// The service, ready to run in a service group; it stops gracefully, finishing what is in flight.
public func makeApplication(
    platform: ArcaneaPlatform, configuration: APIServerConfiguration, logger: Logger
) -> some ApplicationProtocol {
    let writeTimeout = TimeAmount(configuration.writeTimeout)
    let bodyBytesMax = configuration.bodyBytesMax
    return Application(
        router: makeRouter(platform: platform, configuration: configuration, logger: logger),
        server: .http1(
            configuration: HTTP1Channel.Configuration(
                additionalChannelHandlers: [
                    SlowReaderHandler(timeout: writeTimeout), ExpectContinueHandler(bodyBytesMax: bodyBytesMax),
                ],
                idleTimeout: TimeAmount(configuration.idleTimeout),
                // A path with two ids of 512 bytes, percent-encoded, and a key fit well.
                httpDecoderConfiguration: .init(
                    maxHeaderFieldSize: 16 << 10, maxHeaderListSize: 32 << 10, maxHeaderFieldCount: 100))),
        configuration: ApplicationConfiguration(
            address: .hostname(configuration.host, port: configuration.port), serverName: "arcanea",
            availableConnectionsDelegate: MaximumAvailableConnections(configuration.connectionsMax)),
        logger: logger)
}

/// All routes with their middleware, for the service and for tests without a socket.
public func makeRouter(
    platform: ArcaneaPlatform, configuration: APIServerConfiguration, logger: Logger
) -> Router<APIContext> {
    let router = Router(context: APIContext.self, options: .autoGenerateHeadEndpoints)
    let table = RouteTable()
    let requests = RequestMetrics()
    router.add(middleware: RequestMetricsMiddleware(metrics: requests))
    router.add(middleware: ErrorMiddleware(logger: logger, routes: table))
    router.add(middleware: AdmissionMiddleware(inFlightMax: configuration.inFlightMax))
    if let key = configuration.apiKey {
        router.add(middleware: AuthenticationMiddleware(key: key))
    } else {
        router.add(middleware: LoopbackGuardMiddleware())
    }
    router.add(middleware: IdempotencyMiddleware(platform: platform, bodyBytesMax: configuration.bodyBytesMax))
    let api = APIRoutes(
        router: router, table: table, reader: BodyReader(configuration: configuration), platform: platform)
    addPageRoutes(api)
    addOperationsRoutes(api, configuration.readiness)
    addMetricsRoute(api, requests)
    addMaintenanceRoutes(api)
    addEssenceRoutes(api)
    addLineageRoutes(api)
    addNexusRoutes(api)
    addFeedRoutes(api)
    addEventRoutes(api, configuration)
    addPineconeRoutes(api, configuration)
    addDocumentRoute(api)
    return router
}
