import Lineage

/// One graph, its questions, and what was measured.
struct LineageBench {
    private let graph: LineageGraph
    private let snapshot: LineageSnapshot
    private let directory: String
    private let loadSeconds: Double
    private let loadMemory: LineageMemory
    /// Resident bytes of the process after loading, input arrays gone.
    private let residentBytes: Int
    private var operations: [(name: String, json: String)] = []

    /// How often a question is asked per time measured, for answers that take nanoseconds.
    private static let hotRepeats = 200
    private static let coldPairs = 200_000
    private static let pathsWanted = 5

    init(directory: String) throws {
        self.directory = directory
        (graph, loadSeconds) = try Self.load(directory)
        snapshot = graph.snapshot
        loadMemory = graph.memory
        residentBytes = residentMemory()
    }

    /// The graph of a directory, published, and the CPU time that it took after reading the files.
    private static func load(_ directory: String) throws -> (LineageGraph, Double) {
        let offsets = try readIntegers(directory + "/offsets.u32", as: UInt32.self)
        let parents = try readIntegers(directory + "/parents.u32", as: UInt32.self)
        let seconds = try readIntegers(directory + "/ts.i64", as: Int64.self)
        let creators = try readIntegers(directory + "/author.u32", as: UInt32.self)
        let bulk = LineageBulk(
            offsets: offsets, parents: parents, createdAt: seconds.map { $0 * 1_000 }, creators: creators)
        let start = cpuSeconds()
        let graph = try LineageGraph(bulk)
        graph.publish()
        return (graph, cpuSeconds() - start)
    }

    /// Runs the named groups of operations, or all when none is named.
    mutating func run(_ groups: Set<String>) {
        func asks(for group: String) -> Bool { groups.isEmpty || groups.contains(group) }
        if asks(for: "walks") { walks() }
        if asks(for: "ancestry") { ancestry() }
        if asks(for: "paths") { pathsAndCommonAncestors() }
        if asks(for: "relatives") { relativesAndShares() }
        if asks(for: "popularity") { popularity() }
        if asks(for: "inserts") { insertNodes() }
        if asks(for: "late") { insertLateEdges() }
    }

    func report() -> String {
        func perEdge(_ bytes: Int) -> Double { rounded(Double(bytes) / Double(max(1, snapshot.edgeCount))) }
        let perNode = Double(max(1, snapshot.nodeCount))
        let head =
            "{\"engine\":\"arcanea\",\"version\":\"\",\"load_s\":\(rounded(loadSeconds)),"
            + "\"bytes\":\(loadMemory.sealedAdjacency),\"bytes_per_edge\":\(perEdge(loadMemory.sealedAdjacency)),"
            + "\"parent_list_bytes_per_edge\":\(perEdge(loadMemory.parentLists)),"
            + "\"child_list_bytes_per_edge\":\(perEdge(loadMemory.childLists)),"
            + "\"directory_bytes_per_node\":\(rounded(Double(loadMemory.directories) / perNode)),"
            + "\"label_bytes_per_node\":\(rounded(Double(loadMemory.labels) / perNode)),"
            + "\"resident_bytes\":\(residentBytes),"
            + "\"column_bytes_per_node\":\(rounded(Double(loadMemory.nodeColumns) / perNode)),"
        let body = operations.map { "\"\($0.name)\":\($0.json)" }.joined(separator: ",")
        return head + "\"ops\":{" + body + "}}"
    }

    // MARK: Operations

    private mutating func walks() {
        let snapshot = snapshot
        for (name, depthLimit) in [("anc_all", Int.max), ("anc_d5", 5)] {
            measureNodes(name, "q_anc.u32") { node in
                var check = (0, UInt64(0))
                snapshot.withAncestorNodes(of: node, depthLimit: depthLimit) { check = Self.check($0) }
                return check
            }
        }
        measureNodes("desc_all", "q_desc.u32") { node in
            var check = (0, UInt64(0))
            snapshot.withDescendantNodes(of: node) { check = Self.check($0) }
            return check
        }
        measureNodes("roots", "q_anc.u32") { Self.check(snapshot.roots(of: $0)) }
    }

    private mutating func ancestry() {
        let pairs = pairs("q_isanc.u32")
        for (name, range) in [("isanc_rand", 0..<200), ("isanc_pos", 200..<pairs.count)] {
            for pair in pairs[range] { _ = snapshot.isAncestor(pair.0, of: pair.1) }
            var measurement = Measurement()
            for pair in pairs[range] {
                var isAncestor = false
                let start = wallMicros()
                for _ in 0..<Self.hotRepeats { isAncestor = snapshot.isAncestor(pair.0, of: pair.1) }
                measurement.times.append((wallMicros() - start) / Double(Self.hotRepeats))
                measurement.count += isAncestor ? 1 : 0
            }
            operations.append((name, measurement.json))
        }
        coldAncestry()
    }

    /// Random pairs once through, so that hardly any label is in a cache.
    private mutating func coldAncestry() {
        let count = UInt64(snapshot.nodeCount)
        var state: UInt64 = 1
        let pairs: [(UInt32, UInt32)] = (0..<Self.coldPairs).map { _ in
            state = Self.mixed(state &+ 0x9E37_79B9_7F4A_7C15)
            let a = UInt32(state % count)
            let b = UInt32((state >> 32) % count)
            return (min(a, b), max(a, b))
        }
        var yes = 0
        let start = cpuSeconds()
        for pair in pairs { yes += snapshot.isAncestor(pair.0, of: pair.1) ? 1 : 0 }
        let mean = (cpuSeconds() - start) * 1e6 / Double(pairs.count)
        operations.append(
            (
                "isanc_cold",
                "{\"n\":\(pairs.count),\"mean_us\":\(rounded(mean)),"
                    + "\"true_share\":\(rounded(Double(yes) / Double(pairs.count)))}"
            ))
    }

    private mutating func pathsAndCommonAncestors() {
        let snapshot = snapshot
        measurePairs("path", "q_path.u32") { a, b in
            (1, UInt64(bitPattern: Int64((snapshot.shortestPath(from: a, to: b)?.count ?? 0) - 1)))
        }
        measurePairs("lca", "q_lca.u32") { a, b in Self.check(snapshot.lowestCommonAncestors(a, b)) }
        measurePairs("k_paths", "q_path.u32") { a, b in
            let paths = snapshot.shortestPaths(from: a, to: b, count: Self.pathsWanted)
            return (paths.count, UInt64(paths.reduce(0) { $0 + $1.count - 1 }))
        }
    }

    private mutating func relativesAndShares() {
        let snapshot = snapshot
        measureNodes("siblings", "q_anc.u32") { Self.check(snapshot.siblings(of: $0, limit: 1_000).items.map(\.node)) }
        measureNodes("cousins", "q_anc.u32") { Self.check(snapshot.cousins(of: $0, limit: 1_000).items.map(\.node)) }
        // The masses alone, as the prototype computes them; then the full answer, rounded and in order.
        for (name, epsilon) in [("attr_exact", 0), ("attr_eps", 1e-4)] {
            measureNodes(name, "q_anc.u32") { node in
                var count = 0
                snapshot.forEachAttributedMass(of: node, options: AttributionOptions(epsilon: epsilon)) { _, _ in
                    count += 1
                }
                return (count, 0)
            }
        }
        for (name, epsilon) in [("attr_exact_ppm", 0), ("attr_eps_ppm", 1e-4)] {
            measureNodes(name, "q_anc.u32") { node in
                let shares = snapshot.attribution(of: node, options: AttributionOptions(epsilon: epsilon)).shares
                return (shares.count, UInt64(shares.reduce(0) { $0 + $1.ppm }))
            }
        }
        measureNodes("related", "q_anc.u32") { node in
            Self.check(snapshot.personalizedPageRank(seeds: [(node, 1)], limit: 100).map(\.node))
        }
    }

    private mutating func popularity() {
        let start = cpuSeconds()
        let top = snapshot.topByDescendants(10)
        let seconds = cpuSeconds() - start
        let ids = top.map { "[\($0.node),\($0.count)]" }.joined(separator: ",")
        operations.append(("topk", "{\"exact_s\":\(rounded(seconds)),\"ids\":[\(ids)]}"))
    }

    private mutating func insertNodes() {
        let pairs = pairs("q_ins.u32")
        var links = [ParentLink(parent: 0)]
        let start = cpuSeconds()
        for (first, second) in pairs {
            links.removeAll(keepingCapacity: true)
            links.append(ParentLink(parent: first))
            if second != first { links.append(ParentLink(parent: second)) }
            do {
                try graph.appendNode(parents: links, creator: 0, createdAt: 0)
            } catch {
                fail("a new work was refused: \(error)")
            }
        }
        let seconds = cpuSeconds() - start
        operations.append(("ins_node", "{\"n\":\(pairs.count),\"per_s\":\((Double(pairs.count) / seconds).rounded())}"))
    }

    private mutating func insertLateEdges() {
        let pairs = pairs("q_late.u32")
        var accepted = 0
        var times: [Double] = []
        let start = cpuSeconds()
        for (child, parent) in pairs {
            let before = wallMicros()
            do throws(LineageError) {
                try graph.addLateEdge(
                    child: child, link: ParentLink(parent: parent, flags: [.late]), explainsCycle: false)
                accepted += 1
            } catch {
                // The peers keep parallel edges, so a duplicate counts as accepted here.
                if case .duplicateEdge = error { accepted += 1 }
            }
            times.append(wallMicros() - before)
        }
        let seconds = cpuSeconds() - start
        times.sort()
        operations.append(
            (
                "ins_late",
                "{\"n\":\(pairs.count),\"accepted\":\(accepted),\"per_s\":\((Double(pairs.count) / seconds).rounded()),"
                    + "\"p50_us\":\(rounded(times[times.count / 2])),\"p95_us\":\(rounded(times[times.count * 95 / 100]))}"
            ))
    }

    // MARK: Asking

    private mutating func measureNodes(_ name: String, _ file: String, _ ask: (UInt32) -> (Int, UInt64)) {
        let nodes = queries(file)
        var measurement = Measurement()
        for node in nodes {
            let start = wallMicros()
            let (count, sum) = ask(node)
            measurement.times.append(wallMicros() - start)
            measurement.count += count
            measurement.sum &+= sum
        }
        operations.append((name, measurement.json))
    }

    private mutating func measurePairs(_ name: String, _ file: String, _ ask: (UInt32, UInt32) -> (Int, UInt64)) {
        var measurement = Measurement()
        for (a, b) in pairs(file) {
            let start = wallMicros()
            let (count, sum) = ask(a, b)
            measurement.times.append(wallMicros() - start)
            measurement.count += count
            measurement.sum &+= sum
        }
        operations.append((name, measurement.json))
    }

    private func queries(_ file: String) -> [UInt32] {
        do {
            return try readIntegers(directory + "/" + file, as: UInt32.self)
        } catch {
            fail("\(error)")
        }
    }

    private func pairs(_ file: String) -> [(UInt32, UInt32)] {
        let flat = queries(file)
        return stride(from: 0, to: flat.count - 1, by: 2).map { (flat[$0], flat[$0 + 1]) }
    }

    @inline(__always)
    private static func check(_ nodes: some Collection<UInt32>) -> (Int, UInt64) {
        (nodes.count, nodes.reduce(0) { $0 &+ UInt64($1) })
    }

    private static func mixed(_ value: UInt64) -> UInt64 {
        var value = value
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
