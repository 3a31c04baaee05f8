import Engine
import Foundation
import StrictJSON

/// What an import did with the lines of one file.
public struct ImportReport: Sendable, Encodable {
    public struct Failure: Sendable, Encodable {
        public var line: Int
        public var message: String
        public var field: String?
    }

    public var file: String
    public var created = 0
    /// Works and memories whose id was there already, events that were counted before.
    public var skipped = 0
    public var failed = 0
    /// The first failures, at most 20.
    public var failures: [Failure] = []

    mutating func fail(line: Int, _ error: any Error) {
        failed += 1
        guard failures.count < 20 else { return }
        switch error {
        case let error as EngineError:
            failures.append(Failure(line: line, message: error.message, field: error.field))
        case let error as JSONError:
            failures.append(Failure(line: line, message: error.message, field: error.field))
        default: failures.append(Failure(line: line, message: "\(error)", field: nil))
        }
    }
}

/// Where an import stands.
public struct ImportProgress: Sendable {
    /// Share of the file that was read, 0…1.
    public var fraction: Double
    /// Lines that are durable now, or were there before.
    public var acknowledged: Int
}

/// Loads works, memories and events from JSON Lines files, plain or gzip.
///
/// Lines are checked like requests, embedded on all cores, and written in batches that are all or nothing. A line that
/// fails is reported with its number and left out; so are the lines that need it. Running an import again skips what is
/// there, so that one that was interrupted is completed by a second run.
public struct CatalogImporter: Sendable {
    public static let batchSizes = 1...1_000

    let platform: ArcaneaPlatform
    let batchSize: Int
    /// Called after each batch is durable.
    let onProgress: @Sendable (ImportProgress) -> Void

    public init(
        platform: ArcaneaPlatform, batchSize: Int = 500,
        onProgress: @escaping @Sendable (ImportProgress) -> Void = { _ in }
    ) {
        self.platform = platform
        self.batchSize = min(max(batchSize, Self.batchSizes.lowerBound), Self.batchSizes.upperBound)
        self.onProgress = onProgress
    }

    /// Works, one create call a line, parents before children.
    public func importEssences(_ path: String) async throws -> ImportReport {
        try await run(path, decode: EssenceDraft.init(json:)) { lines, report in
            try await writeEssences(lines, &report)
        }
    }

    /// Memories, one a line with its `nexusId`.
    public func importMemories(_ path: String) async throws -> ImportReport {
        try await run(path, decode: MemoryLine.init(json:)) { lines, report in
            for (nexusId, group) in Dictionary(grouping: lines, by: \.value.nexusId).sorted(by: { $0.key < $1.key }) {
                let fresh = group.filter { line in
                    line.value.memory.id.map { !platform.nexus.exists(nexusId, $0) } ?? true
                }
                report.skipped += group.count - fresh.count
                try await write(fresh, &report) { try await platform.nexus.add(nexusId, $0.map(\.memory)).seq }
            }
        }
    }

    /// Feed events, one a line.
    public func importEvents(_ path: String) async throws -> ImportReport {
        try await run(path, decode: FeedEvent.init(json:)) { lines, report in
            var duplicates = 0
            try await write(lines, &report) { events in
                let receipt = try await platform.feed.ingest(events)
                duplicates += receipt.value.duplicates
                return receipt.seq
            }
            report.created -= duplicates
            report.skipped += duplicates
        }
    }

    private struct Line<Value: Sendable>: Sendable {
        var number: Int
        var value: Value
    }

    private func writeEssences(_ lines: [Line<EssenceDraft>], _ report: inout ImportReport) async throws {
        let snapshot = platform.essences.snapshot
        let fresh = lines.filter { line in line.value.id.map { snapshot?.ordinal(ofKey: $0) == nil } ?? true }
        report.skipped += lines.count - fresh.count
        let embedded = await embed(fresh)
        try await write(embedded, &report) { try await platform.essences.createEmbedded($0).seq }
    }

    /// Adds vectors on all cores.
    private func embed(_ lines: [Line<EssenceDraft>]) async -> [Line<EssenceService.ImportedEssence>] {
        let service = platform.essences
        let shares = max(1, min(ProcessInfo.processInfo.activeProcessorCount, lines.count / 32))
        return await withTaskGroup(of: (Int, [Line<EssenceService.ImportedEssence>]).self) { group in
            for share in 0..<shares {
                let range = lines.count * share / shares..<lines.count * (share + 1) / shares
                group.addTask {
                    (share, lines[range].map { Line(number: $0.number, value: service.embedForImport($0.value)) })
                }
            }
            var parts: [(Int, [Line<EssenceService.ImportedEssence>])] = []
            for await part in group { parts.append(part) }
            return parts.sorted { $0.0 < $1.0 }.flatMap(\.1)
        }
    }

    /// Writes a batch in one transaction; when it is refused, line by line, so that only the bad ones are left out.
    private func write<Value>(
        _ lines: [Line<Value>], _ report: inout ImportReport, _ body: ([Value]) async throws -> UInt64
    ) async throws {
        guard !lines.isEmpty else { return }
        do {
            _ = try await body(lines.map(\.value))
            report.created += lines.count
        } catch let error as EngineError where Self.isAboutTheInput(error) {
            for line in lines {
                do {
                    _ = try await body([line.value])
                    report.created += 1
                } catch let error as EngineError where error.code == .alreadyExists {
                    report.skipped += 1
                } catch let error as EngineError where Self.isAboutTheInput(error) {
                    report.fail(line: line.number, error)
                }
            }
        }
    }

    /// Errors of the store itself end the import.
    private static func isAboutTheInput(_ error: EngineError) -> Bool {
        [.invalidArgument, .notFound, .alreadyExists, .failedPrecondition, .permissionDenied, .tooLarge]
            .contains(error.code)
    }

    private func run<Value: Sendable>(
        _ path: String, decode: (JSONElement) throws -> Value,
        _ write: ([Line<Value>], inout ImportReport) async throws -> Void
    ) async throws -> ImportReport {
        var report = ImportReport(file: path)
        let size = (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) ?? 1
        var reader = try LineReader(path: path)
        var batch: [Line<Value>] = []
        var isAtEnd = false
        while !isAtEnd {
            if let line = try reader.next() {
                guard line.contains(where: { $0 > 0x20 }) else { continue }
                do {
                    batch.append(Line(number: reader.lineNumber, value: try decode(JSONDocument(parsing: line).root)))
                } catch {
                    report.fail(line: reader.lineNumber, error)
                }
            } else {
                isAtEnd = true
            }
            if batch.count == batchSize || (isAtEnd && !batch.isEmpty) {
                try Task.checkCancellation()
                try await write(batch, &report)
                batch.removeAll(keepingCapacity: true)
                onProgress(
                    ImportProgress(
                        fraction: Double(reader.bytesRead) / Double(max(1, size)),
                        acknowledged: report.created + report.skipped))
            }
        }
        return report
    }
}
