import ArgumentParser
import Engine
import Storage

struct Backup: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Copy a store while it is in use.",
        discussion: """
            Makes a directory with the store as of one moment: the database, links to (or copies of) its index files, and a \
            manifest with checksums. Every row is verified first; the directory gets its name when it is whole and synced. A \
            server may have the store open and go on writing.

              arcanea backup /backups/monday --data DIR
              arcanea restore /backups/monday --data NEWDIR
            """)

    @Argument(help: "Directory to make. It must not exist, or be empty.")
    var target: String

    @OptionGroup var store: StoreOptions

    @Flag(help: "Make a backup of a damaged store as well.")
    var allowDamage = false

    func run() async throws {
        try store.requireStore()
        let bar = ProgressBar("backup", silent: store.json)
        let manifest = try StoreMaintenance.backup(
            directory: store.data, to: target, allowsDamage: allowDamage, progress: { bar.update($0, target) })
        if store.json { return try store.printJSON(manifest) }
        bar.finish("\(manifest.summary) to \(target)")
    }
}

struct Restore: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make a store from a backup.",
        discussion: """
            Every file is compared with the backup's manifest. Nothing is overwritten: the store's directory must not exist, or \
            be empty.

              arcanea restore /backups/monday --data NEWDIR
            """)

    @Argument(help: "Directory that `arcanea backup` made.")
    var backup: String

    @OptionGroup var store: StoreOptions

    func run() async throws {
        let bar = ProgressBar("restore", silent: store.json)
        let manifest = try StoreMaintenance.restore(
            backup, to: store.data, progress: { bar.update($0, store.data) })
        if store.json { return try store.printJSON(manifest) }
        bar.finish("\(manifest.summary) to \(store.data)")
    }
}

extension BackupManifest {
    fileprivate var summary: String {
        let records = namespaces.reduce(0) { $0 + $1.records }
        return "\(Terminal.count(records)) records, \(Terminal.count(bytes >> 10)) kB"
    }
}
