import Engine
import Lineage
public import LineageExchange

/// What an import of credits did.
public struct LineageImportReport: Sendable, Encodable {
    public struct Skip: Sendable, Encodable {
        public var line: Int
        public var parent: String
        public var child: String
        public var reason: String
    }

    public var file: String
    /// Credits in the file.
    public var credits = 0
    /// Credits that were given now.
    public var added = 0
    /// Credits that the store had already.
    public var present = 0
    /// Credits that could not be given.
    public var skipped = 0
    /// Added credits whose `disputed` flag was left behind: a dispute is raised here, not imported.
    public var withoutDispute = 0
    /// The first skipped credits with their lines, at most 20.
    public var skips: [Skip] = []

    mutating func skip(_ credit: LineageDocument.Credit, line: Int, _ reason: String) {
        skipped += 1
        if skips.count < 20 {
            skips.append(Skip(line: line, parent: credit.parent, child: credit.child, reason: reason))
        }
    }
}

extension LineageService {
    /// Gives the credits of a document between works that the store has. Works are not made.
    ///
    /// Each credit goes through ``addEdge(_:)``, with all its rules, in a transaction of its own: it is late, and its time is
    /// that of the import. What the store refuses is reported with its reason and left out; running an import again adds
    /// what is missing.
    ///
    /// - Parameter progress: called after each credit with the number of those done.
    /// - Throws: `invalidArgument` when the document's credits lead in a circle; nothing was added then. Errors of the
    ///   store itself.
    public func importCredits(
        _ reading: LineageReading, file: String, progress: (Int) -> Void = { _ in }
    ) async throws -> LineageImportReport {
        do {
            try reading.document.checkNoCircle()
        } catch let circle as LineageCircle {
            throw EngineError(
                .invalidArgument, "\(file): \(circle)", field: "credits", limit: "no circle",
                details: ["cycle": circle.ids])
        }
        let view = try view()
        var report = LineageImportReport(file: file)
        for (position, (credit, line)) in zip(reading.document.credits, reading.creditLines).enumerated() {
            try Task.checkCancellation()
            report.credits += 1
            try await importCredit(credit, line: line, view, &report)
            progress(position + 1)
        }
        return report
    }

    private func importCredit(
        _ credit: LineageDocument.Credit, line: Int, _ view: View, _ report: inout LineageImportReport
    ) async throws {
        if credit.flags.contains(.retracted) {
            return report.skip(credit, line: line, "retracted: a credit that was taken back is not given again")
        }
        if let child = view.snapshot.ordinal(ofKey: credit.child),
            let parent = view.snapshot.ordinal(ofKey: credit.parent),
            let link = view.lineage.link(child: child, parent: parent)
        {
            guard link.flags.contains(.retracted) else {
                report.present += 1
                return
            }
            return report.skip(credit, line: line, "was retracted in this store")
        }
        do {
            _ = try await addEdge(
                LateEdge(
                    child: credit.child, parent: credit.parent, kind: credit.kind.name, weight: Double(credit.weight),
                    inferred: credit.flags.contains(.inferred)))
            report.added += 1
            if credit.flags.contains(.disputed) { report.withoutDispute += 1 }
        } catch let error as EngineError where Self.isAboutTheCredit(error) {
            report.skip(credit, line: line, error.message)
        }
    }

    /// Errors of the store itself end the import.
    private static func isAboutTheCredit(_ error: EngineError) -> Bool {
        [.invalidArgument, .notFound, .alreadyExists, .cycle, .failedPrecondition, .permissionDenied]
            .contains(error.code)
    }
}
