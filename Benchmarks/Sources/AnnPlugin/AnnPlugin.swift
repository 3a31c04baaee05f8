import Foundation
import VectorIndex
import Vectors

/// Our index as a plug-in of `Harness/ann_bench.py`: JSON lines on stdin and stdout, searches in between.
///
/// The environment tells the data folder and limits (`ANN_DIR`, `ANN_K`, `ANN_NB`, `ANN_NQ`, `ANN_CLOCK`). `ARCANEA_M`
/// and `ARCANEA_EF_CONSTRUCTION` override the graph's defaults, `ARCANEA_ORIGINALS=float32` what vectors are kept in,
/// `ARCANEA_MODE=compact` what the rows hold.
///
/// Counters, an optional part of the protocol: the answers to "run" and "filter" may hold
/// `"counters": {"queries": n, "hops": …, "codeEvaluations": …, "exactDistances": …, "bytesTouched": …}`, whole numbers, each the
/// total of one pass over the `n` queries whatever the number of repetitions; a counter that is not kept is left out. Hops are
/// nodes whose row of neighbors was read; code evaluations, distances estimated from codes; exact distances, those from original
/// vectors; bytes touched, bytes of rows, codes and originals read. Counting in one extra pass outside the clock keeps the measured
/// path as it is served. Without the object the harness takes the means `hops` and `distances` that are given here.
/// `ANN_GRAPH=1` in the environment asks that the graph be searched at every size, also where a scan would be chosen
/// (growth curve), and `ANN_THREADS` is the number of threads to build with. Searches run on the index as it is served, a
/// segment mapped from its file; `ANN_IN_MEMORY=1` leaves it in the memory that it was built in.
@main
struct AnnPlugin {
    private let environment = ProcessInfo.processInfo.environment
    private let data: Dataset
    private let k: Int
    private var index: BenchedIndex
    private let buildSeconds: Double
    private let config: String

    static func main() {
        do {
            var plugin = try AnnPlugin()
            try plugin.serve()
        } catch {
            answer(Failure(error: "\(error)"))
            exit(1)
        }
    }

    private init() throws {
        func number(_ name: String) -> Int? {
            ProcessInfo.processInfo.environment[name].flatMap { Int($0) }
        }
        guard let folder = environment["ANN_DIR"] else {
            throw NPY.Failure.invalid("ANN_DIR names no data folder")
        }
        k = number("ANN_K") ?? 10
        data = try Dataset(folder: folder, baseLimit: number("ANN_NB"), queryLimit: number("ANN_NQ"))
        let graph = HNSWParameters(
            m: number("ARCANEA_M") ?? HNSWParameters.defaultM,
            efConstruction: number("ARCANEA_EF_CONSTRUCTION") ?? HNSWParameters.defaultEfConstruction)
        config = "m=\(graph.m), efConstruction=\(graph.efConstruction), \(Distance.kernelName)"
        index = BenchedIndex(
            data: data,
            parameters: AdaptiveParameters(
                graph: graph,
                graphThreshold: environment["ANN_GRAPH"] == "1" ? 1 : AdaptiveParameters.defaultGraphThreshold,
                buildThreads: number("ANN_THREADS") ?? 1,
                originals: environment["ARCANEA_ORIGINALS"] == "float32" ? .float32 : .float16,
                mode: environment["ARCANEA_MODE"].flatMap { IndexMode(rawValue: $0) } ?? .fast))
        let start = Self.seconds(environment)
        try index.build()
        buildSeconds = Self.seconds(environment) - start
        if environment["ANN_IN_MEMORY"] != "1" { try index.serveFromFile() }
    }

    // MARK: - Protocol

    struct Point: Codable {
        var ef: Int
    }

    private struct Ready: Encodable {
        var ready = 1
        var config: String
        var buildSeconds: Double
        var bytes: Int
        var points: [Point]
        /// What the index itself measured after its build: rows of efSearch, recall@10, recall@100.
        var recallTable: [[Double]]

        private enum CodingKeys: String, CodingKey {
            case ready, config, bytes, points
            case buildSeconds = "build_s"
            case recallTable = "recall_table"
        }
    }

    private struct Command: Decodable {
        var cmd: String
        var point: Point?
        var minimumSeconds: Double?
        var ids: String?
        var mask: String?
        var which: String?
        var nq: Int?

        private enum CodingKeys: String, CodingKey {
            case cmd, point, ids, mask, which, nq
            case minimumSeconds = "min_s"
        }
    }

    /// Totals of one pass over the queries.
    private struct Counters: Encodable {
        var queries: Int
        var hops: Int
        var codeEvaluations: Int
        var exactDistances: Int
        var bytesTouched: Int

        init(_ counters: SearchCounters, queries: Int, dimension: Int) {
            self.queries = queries
            hops = counters.hops
            codeEvaluations = counters.codeEvaluations
            exactDistances = counters.distanceComputations
            bytesTouched = counters.codeBytes + counters.distanceComputations * dimension * MemoryLayout<Float>.size
        }
    }

    private struct Measured: Encodable {
        var config: String
        var recall: Double?
        var qps: Double
        var buildSeconds: Double
        var bytes: Int
        var hops: Double
        var distances: Double
        var counters: Counters

        private enum CodingKeys: String, CodingKey {
            case config, recall, qps, bytes, hops, distances, counters
            case buildSeconds = "build_s"
        }
    }

    private struct Filtered: Encodable {
        var qps: Double
        var distances: Double
        var counters: Counters
    }

    private struct Changed: Encodable {
        var microseconds: Double

        private enum CodingKeys: String, CodingKey {
            case microseconds = "us_per_op"
        }
    }

    private struct Failure: Encodable {
        var error: String
    }

    private static func answer(_ value: some Encodable) {
        guard let line = try? JSONEncoder().encode(value) else { return }
        FileHandle.standardOutput.write(line + Data("\n".utf8))
    }

    /// Wall or CPU time, as the harness asks.
    private static func seconds(_ environment: [String: String]) -> Double {
        var time = timespec()
        clock_gettime(
            environment["ANN_CLOCK"] == "cpu" ? CLOCK_PROCESS_CPUTIME_ID : CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    private func now() -> Double { Self.seconds(environment) }

    private mutating func serve() throws {
        let points = [10, 12, 16, 20, 26, 32, 40, 52, 64, 84, 110, 150, 200, 280, 400, 600, 900]
        Self.answer(
            Ready(
                config: config, buildSeconds: buildSeconds, bytes: index.byteCount,
                points: points.map { Point(ef: $0) },
                recallTable: (index.recall?.entries ?? []).map {
                    [Double($0.efSearch), $0.recallAt10, $0.recallAt100]
                }))
        while let line = readLine() {
            do {
                let command = try JSONDecoder().decode(Command.self, from: Data(line.utf8))
                switch command.cmd {
                case "quit": return
                case "run": try run(command)
                case "filter": try filter(command)
                case "delete", "insert": try change(command)
                default: Self.answer(Failure(error: "unknown command \(command.cmd)"))
                }
            } catch {
                Self.answer(Failure(error: "\(error)"))
            }
        }
    }

    private func run(_ command: Command) throws {
        let efSearch = command.point?.ef ?? SearchParameters.defaultEfSearch
        var ids = [Int32](repeating: -1, count: data.queryCount * k)
        var counters = SearchCounters()
        var rounds = 0
        let start = now()
        repeat {
            counters = index.search(queries: 0..<data.queryCount, k: k, efSearch: efSearch, into: &ids)
            rounds += 1
        } while now() - start < command.minimumSeconds ?? 0.5
        let elapsed = now() - start
        if let path = command.ids { try NPY.write(ids, rows: data.queryCount, columns: k, path: path) }
        let queries = Double(data.queryCount)
        Self.answer(
            Measured(
                config: config, qps: queries * Double(rounds) / elapsed, buildSeconds: buildSeconds,
                bytes: index.byteCount,
                hops: Double(counters.hops) / queries,
                distances: Double(counters.distanceComputations) / queries,
                counters: Counters(counters, queries: data.queryCount, dimension: data.dimension)))
    }

    private func filter(_ command: Command) throws {
        guard let mask = command.mask, let which = command.which, let path = command.ids else {
            throw NPY.Failure.invalid("a filter command has mask, which and ids")
        }
        let masks = try NPY(path: mask)
        let maskOfQuery = try NPY(path: which).int32s()
        let bitmaps = (0..<masks.rows).map { index.bitmap(mask: masks.byteRow($0)) }
        let count = min(command.nq ?? data.queryCount, data.queryCount, maskOfQuery.count)
        let efSearch = command.point?.ef ?? SearchParameters.defaultEfSearch
        var ids = [Int32](repeating: -1, count: count * k)
        let start = now()
        let counters = index.search(
            queries: 0..<count, k: k, efSearch: efSearch, filter: { bitmaps[Int(maskOfQuery[$0])] },
            into: &ids)
        let elapsed = now() - start
        try NPY.write(ids, rows: count, columns: k, path: path)
        Self.answer(
            Filtered(
                qps: Double(count) / elapsed,
                distances: Double(counters.distanceComputations) / Double(max(count, 1)),
                counters: Counters(counters, queries: count, dimension: data.dimension)))
    }

    private mutating func change(_ command: Command) throws {
        guard let path = command.ids else { throw NPY.Failure.invalid("\(command.cmd) has ids") }
        let ids = try NPY(path: path).int32s()
        let start = now()
        try index.change(ids, deleting: command.cmd == "delete")
        Self.answer(Changed(microseconds: (now() - start) * 1e6 / Double(max(ids.count, 1))))
    }
}
