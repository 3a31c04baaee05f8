import Foundation
import Lineage

/// A commit graph of a real project as a lineage, read from `dag/<name>.npz` in the benchmark data: more than 80,000 nodes,
/// merges everywhere, chains of 20,000 hops.
struct CommitGraph {
    /// Parents and children by node, parents in their stored order.
    private(set) var parents: [[UInt32]] = []
    private(set) var children: [[UInt32]] = []
    private(set) var createdAt: [Int64] = []
    private(set) var author: [UInt32] = []

    /// `ARCANEA_BENCH_DATA`, or `../shared/data` beside the checkout.
    static func file(_ name: String) -> String? {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let data =
            ProcessInfo.processInfo.environment["ARCANEA_BENCH_DATA"]
            ?? root.deletingLastPathComponent().appending(path: "shared/data").path
        let path = "\(data)/dag/\(name).npz"
        return FileManager.default.fileExists(atPath: path) ? path : nil
    }

    /// - Throws: when the archive cannot be unpacked (by Python's standard library) or is not what it should be.
    init(npz path: String) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "arcanea-dag-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let unzip = Process()
        unzip.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        unzip.arguments = ["python3", "-m", "zipfile", "-e", path, folder.path]
        try unzip.run()
        unzip.waitUntilExit()
        let offsets = try Self.integers(folder.appending(path: "offsets.npy"), as: Int64.self)
        let flat = try Self.integers(folder.appending(path: "parents.npy"), as: Int32.self)
        let times = try Self.integers(folder.appending(path: "timestamp.npy"), as: Int64.self)
        let authors = try Self.integers(folder.appending(path: "author.npy"), as: Int32.self)
        createdAt = times.map { $0 * 1_000 }
        author = authors.map { UInt32($0) }
        children = Array(repeating: [], count: offsets.count - 1)
        for node in 0..<offsets.count - 1 {
            let own = flat[Int(offsets[node])..<Int(offsets[node + 1])].map { UInt32($0) }
            parents.append(own)
            for parent in own { children[Int(parent)].append(UInt32(node)) }
        }
    }

    /// The same graph in the store under test.
    func lineage() throws -> LineageGraph {
        let graph = LineageGraph()
        for node in parents.indices {
            let links = parents[node].map { ParentLink(parent: $0, at: createdAt[node]) }
            _ = try graph.appendNode(parents: links, creator: author[node], createdAt: createdAt[node])
        }
        graph.publish()
        return graph
    }

    /// Fewest hops from a node to all that it reaches, itself included; -1 elsewhere. Plain breadth-first search.
    func distances(from start: UInt32, up: Bool, depthLimit: Int = .max) -> [Int32] {
        var distances = [Int32](repeating: -1, count: parents.count)
        var queue = [start]
        distances[Int(start)] = 0
        var position = 0
        while position < queue.count {
            let node = queue[position]
            position += 1
            let depth = distances[Int(node)]
            guard depth < depthLimit else { continue }
            for next in up ? parents[Int(node)] : children[Int(node)] where distances[Int(next)] < 0 {
                distances[Int(next)] = depth + 1
                queue.append(next)
            }
        }
        return distances
    }

    /// One-dimensional little-endian NPY, versions 1 and 2.
    private static func integers<Integer: FixedWidthInteger>(_ file: URL, as: Integer.Type) throws -> [Integer] {
        let data = try Data(contentsOf: file)
        let isLong = data[6] > 1
        let length = isLong ? Int(data[8]) | Int(data[9]) << 8 | Int(data[10]) << 16 : Int(data[8]) | Int(data[9]) << 8
        let start = (isLong ? 12 : 10) + length
        return data.withUnsafeBytes { bytes in
            stride(from: start, to: bytes.count, by: MemoryLayout<Integer>.size).map { offset in
                Integer(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Integer.self))
            }
        }
    }
}
