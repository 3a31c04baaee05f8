import ArgumentParser
import Engine
import Storage

struct Verify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Read everything in a store and tell what is damaged.",
        discussion: """
            Verifies the checksum of every row, the counts and digests that tell lost, stale and returned rows, the write-ahead \
            log, and every derived file. With --deep also SQLite's indexes against their tables, and each derived file against \
            the rows that it was made of. Changes nothing. A server may have the store open.

              arcanea verify
              arcanea verify --deep --data /backups/monday

            Exit status: 0 all is whole; 3 derived files are damaged, which the next start makes again; 65 records are damaged \
            or lost: restore a backup.
            """)

    static let derivedDamaged: Int32 = 3
    static let truthDamaged: Int32 = 65

    @OptionGroup var store: StoreOptions

    @Flag(help: "Compare indexes and derived files with the rows as well.")
    var deep = false

    func run() async throws {
        try store.requireStore()
        let bar = ProgressBar("verify", silent: store.json)
        let report = try StoreMaintenance.verify(directory: store.data, deep: deep) { share in
            bar.update(share, "of the rows")
        }
        if store.json {
            try store.printJSON(report)
        } else {
            bar.finish(
                "\(Terminal.count(report.records)) records, \(Terminal.count(report.edges)) edges, "
                    + "\(Terminal.count(report.events)) events, \(Terminal.count(report.files)) derived files")
            report.printDamages()
            if !report.judgedLog { Terminal.error("  a process is writing to the store: its log was not judged\n") }
        }
        if report.hasDamagedTruth { throw ExitCode(Self.truthDamaged) }
        if report.damageCount > 0 { throw ExitCode(Self.derivedDamaged) }
    }
}

extension VerificationReport {
    /// One line each.
    fileprivate func printDamages() {
        for damage in damages {
            let kind = damage.kind == .truth ? "damaged" : "damaged, will be made again"
            Terminal.out("\(kind): \(damage.subject): \(damage.problem)")
        }
        if damageCount > damages.count { Terminal.out("… and \(Terminal.count(damageCount - damages.count)) more") }
        if damageCount == 0 { Terminal.out("whole: nothing is damaged") }
    }
}
