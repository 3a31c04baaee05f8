import ArgumentParser
import Engine
import Foundation
import HTTPAPI
import Logging
import Platform
import ServiceLifecycle
import Storage
import UnixSignals
import VectorIndex

struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Answer over HTTP.",
        discussion: """
            Serves the store in --data until SIGTERM or SIGINT; requests in flight are finished first.

            Without a key the service binds to loopback only. With ARCANEA_API_KEY set, every route but /healthz, \
            /readyz, /version and /openapi.json needs it, as `Api-Key: KEY` or `Authorization: Bearer KEY`.

              arcanea serve
              ARCANEA_API_KEY=$(openssl rand -hex 24) arcanea serve --host 0.0.0.0

            Then, from elsewhere:

              curl localhost:5080/essences/search --json '{"text":"a storm"}'
              curl localhost:5080/openapi.json      every route and its fields
              curl localhost:5080/metrics           for Prometheus

            A browser at http://localhost:5080/ sees works, lineage, recall and feed. Behind a load balancer, set \
            --drain-delay to twice the interval at which it asks /readyz.
            """)

    @OptionGroup var store: StoreOptions

    @Option(help: "Address to bind to. Other than loopback only when ARCANEA_API_KEY is set.")
    var host = "127.0.0.1"

    @Option(help: "Port to listen on; 0 takes a free one.")
    var port = 5080

    @Option(help: ArgumentHelp("Dimension of an external embedder, chosen when the store is made.", valueName: "n"))
    var externalDimension: Int?

    @Option(
        help: ArgumentHelp(
            "Where clients reach the service, for the hosts of indexes; by default as each of them asked.",
            valueName: "url"))
    var publicURL: String?

    @Flag(help: "Give the hosts of indexes without http://, for code that puts it there itself.")
    var schemelessHosts = false

    @Option(
        help: ArgumentHelp(
            "Serve a built-in model under another name as well, for clients that ask for it: NAME=MODEL. Repeatable.",
            valueName: "alias"))
    var modelAlias: [String] = []

    @Option(
        help: ArgumentHelp(
            "Seconds in which /readyz says 503 and all else goes on before the service stops taking connections.",
            valueName: "seconds"))
    var drainDelay = 0

    @Option(help: "Log level: trace, debug, info, notice, warning, error, critical.")
    var logLevel = "info"

    @Option(
        help: ArgumentHelp(
            "Room to keep free on the disk, such as 500MiB or 3%; 5 % or 1 GiB, whichever is less, when absent.",
            valueName: "size"), transform: DiskFloor.init(option:))
    var diskFloor = DiskFloor.automatic

    @Option(
        help: ArgumentHelp(
            "Bytes that the daily reading of the whole store reads in a second, such as 20MiB; 0 for none.",
            valueName: "size"), transform: ByteSize.init(option:))
    var scrubRate = ByteSize(bytes: 20 << 20)

    @Option(
        help: ArgumentHelp(
            "What indexes keep in memory: fast, 2 to 2.7 times the vectors; compact, about half of them, with the "
                + "vectors on disk and fewer searches a second. Changing it makes index files over in the background.",
            valueName: "mode"), transform: Serve.indexMode(option:))
    var indexMode = IndexMode.fast

    @Option(
        help: ArgumentHelp(
            "Where backups that are asked for over HTTP go; DIR.backups, beside the store, when absent.",
            valueName: "dir"))
    var backups: String?

    @Option(help: ArgumentHelp("Pages in the write-ahead log before they are moved.", visibility: .hidden))
    var checkpointPages = StorageOptions().checkpointPages

    func validate() throws {
        guard Logger.Level(rawValue: logLevel) != nil else {
            let levels = Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("--log-level must be one of \(levels)")
        }
        _ = try aliases()
        guard (0...3_600).contains(drainDelay) else {
            throw ValidationError("--drain-delay must be between 0 and 3600 seconds")
        }
        guard (0...65_535).contains(port) else { throw ValidationError("--port must be between 0 and 65535") }
    }

    private static func indexMode(option: String) throws -> IndexMode {
        guard let mode = IndexMode(rawValue: option) else {
            throw ValidationError("must be one of \(IndexMode.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return mode
    }

    private func aliases() throws -> [String: String] {
        var aliases: [String: String] = [:]
        for text in modelAlias {
            let parts = text.split(separator: "=", maxSplits: 1)
            guard parts.count == 2, aliases.updateValue(String(parts[1]), forKey: String(parts[0])) == nil else {
                throw ValidationError("--model-alias must be NAME=MODEL with each name once, got \(text)")
            }
        }
        return aliases
    }

    func run() async throws {
        let started = ContinuousClock.now
        let level = Logger.Level(rawValue: logLevel) ?? .info
        LoggingSystem.bootstrap { label in
            var handler = StreamLogHandler.standardError(label: label)
            handler.logLevel = level
            return handler
        }
        let logger = Logger(label: "arcanea")
        let server = APIServerConfiguration(
            host: host, port: port, apiKey: ProcessInfo.processInfo.environment["ARCANEA_API_KEY"],
            publicURL: publicURL,
            hostsHaveScheme: !schemelessHosts)
        try server.validate()

        let platform = try await ArcaneaPlatform.open(
            PlatformConfiguration(
                directory: store.data, mode: .readWrite,
                embedder: externalDimension.map { .external(dimension: $0) } ?? .builtIn,
                serverURL: "http://\(host):\(port)",
                storage: StorageOptions(
                    checkpointPages: checkpointPages, floor: diskFloor,
                    scrub: scrubRate.bytes > 0 ? Scrubber.Schedule(bytesPerSecond: scrubRate.bytes) : nil,
                    indexMode: indexMode,
                    onDamage: { damage in
                        logger.critical(
                            "damage", metadata: ["subject": "\(damage.subject)", "problem": "\(damage.problem)"])
                    }, onFailedIO: FailedDisk.end),
                backups: backups, modelAliases: aliases()))
        let application = makeApplication(platform: platform, configuration: server, logger: logger)
        let status = platform.status()
        Terminal.error(
            "arcanea \(BuildInformation.version): \(Terminal.count(status.essences)) works, "
                + "\(Terminal.count(status.memories)) memories in \(store.data); "
                + "ready on http://\(host):\(port) after \(Terminal.duration((ContinuousClock.now - started).seconds))\n"
        )

        var lifecycle = ServiceGroupConfiguration(
            // The last one is asked to stop first, and the others when it has.
            services: [
                .init(service: application, successTerminationBehavior: .gracefullyShutdownGroup),
                .init(
                    service: DrainService(readiness: server.readiness, delay: .seconds(drainDelay)),
                    successTerminationBehavior: .gracefullyShutdownGroup),
            ],
            gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        // A peer that stalls in the middle of its upload must not keep the service from stopping.
        lifecycle.maximumGracefulShutdownDuration = .seconds(30 + drainDelay)
        let group = ServiceGroup(configuration: lifecycle)
        do {
            try await group.run()
        } catch {
            await platform.close()
            throw error
        }
        await platform.close()
        logger.info("stopped")
    }
}

extension Duration {
    var seconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }
}
