import Foundation
import Platform

/// `--name value` pairs.
struct Options: Sendable {
    private var values: [String: String] = [:]

    init(_ arguments: [String]) {
        var rest = arguments[...]
        while let name = rest.popFirst() {
            if name.hasPrefix("--"), let value = rest.popFirst() { values[String(name.dropFirst(2))] = value }
        }
    }

    func int(_ name: String, _ fallback: Int) -> Int { values[name].flatMap(Int.init) ?? fallback }
    func text(_ name: String) throws -> String {
        guard let value = values[name] else { throw BenchFailure("--\(name) is required") }
        return value
    }
    var seed: UInt64 { UInt64(int("seed", 1)) }
}

struct BenchFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

func report(_ message: String) { FileHandle.standardError.write(Data((message + "\n").utf8)) }

/// One line of results.
func result(_ values: KeyValuePairs<String, any Encodable>) {
    let members = values.map { name, value in
        "\"\(name)\":" + (value is String ? "\"\(value)\"" : "\(value)")
    }
    print("{" + members.joined(separator: ",") + "}")
}

/// Four decimals.
func rounded(_ value: Double) -> Double { (value * 10_000).rounded() / 10_000 }

/// Microseconds that a call takes.
func micros(_ body: () async throws -> Void) async rethrows -> Double {
    let start = ContinuousClock.now
    try await body()
    return (ContinuousClock.now - start) / .microseconds(1)
}

func quantile(_ values: [Double], _ share: Double) -> Double {
    let sorted = values.sorted()
    return sorted.isEmpty ? 0 : sorted[Int(share * Double(sorted.count - 1))]
}

/// A directory for one run, removed at its end.
final class Scratch: Sendable {
    let path = NSTemporaryDirectory() + "/arcanea-ranking-bench-" + UUID().uuidString

    init() throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}

/// The WordNet set: texts, parents, and sentences with the synset that they are an example of.
struct WordNet {
    struct Work {
        var id: Int
        var text: String
        var parents: [Int]
    }

    let works: [Work]
    private let folder: String

    init(_ folder: String, limit: Int = .max) throws {
        self.folder = folder
        var works: [Work] = []
        for line in try Self.lines(folder + "/essences.jsonl.gz").prefix(limit) {
            guard let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any],
                let id = object["id"] as? Int, let text = object["text"] as? String
            else { throw BenchFailure("a line of essences.jsonl.gz is not understood") }
            let parents = (object["parents"] as? [Int]) ?? []
            works.append(Work(id: id, text: text, parents: parents.filter { $0 < limit }))
        }
        self.works = works
    }

    func queries() throws -> (sentences: [String], synsets: [Int32]) {
        let sentences = try Self.lines(folder + "/queries.txt.gz").map(String.init)
        // A version 1 header of NumPy is padded to a multiple of 64 bytes; its length stands at byte 8.
        let bytes = try Data(contentsOf: URL(fileURLWithPath: folder + "/queries_synset.i32.npy"))
        let start = 10 + Int(bytes[8]) + Int(bytes[9]) << 8
        let numbers = bytes.dropFirst(start).withUnsafeBytes { raw in
            (0..<raw.count / 4).map { raw.loadUnaligned(fromByteOffset: 4 * $0, as: Int32.self) }
        }
        return (sentences, numbers)
    }

    private static func lines(_ path: String) throws -> [Substring] {
        guard FileManager.default.isReadableFile(atPath: path) else { throw BenchFailure("\(path) cannot be read") }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["gzip", "-dc", path]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let bytes = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw BenchFailure("\(path) is not gzip") }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n")
    }
}

extension RandomNumberGenerator {
    mutating func unit() -> Double { Double.random(in: 0..<1, using: &self) }

    /// A standard normal number (Box and Muller, 1958).
    mutating func normal() -> Double {
        (-2 * log(1 - unit())).squareRoot() * cos(2 * .pi * unit())
    }

    mutating func direction(_ dimension: Int) -> [Float] { unitVector((0..<dimension).map { _ in normal() }) }
}

func unitVector(_ values: [Double]) -> [Float] {
    let length = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
    return values.map { Float($0 / length) }
}

func dot(_ a: [Float], _ b: [Float]) -> Double {
    var sum: Float = 0
    for index in a.indices { sum += a[index] * b[index] }
    return Double(sum)
}
