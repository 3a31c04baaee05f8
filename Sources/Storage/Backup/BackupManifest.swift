import Foundation

/// What a backup holds, in its `manifest.json`: read before anything else of it is believed.
public struct BackupManifest: Sendable, Codable, Equatable {
    static let fileName = "manifest.json"
    static let formatName = "arcanea-backup"
    static let newestVersion = 1

    /// One file of the backup.
    public struct File: Sendable, Codable, Equatable {
        public var name: String
        public var bytes: Int
        /// Of the whole file, 16 hexadecimal digits, as `xxhsum -H1` prints it.
        public var xxh64: String
    }

    /// What the database in the backup says of a namespace.
    public struct Namespace: Sendable, Codable, Equatable {
        public var id: Int64
        public var name: String
        public var seq: UInt64
        public var records: Int
        public var edges: Int
    }

    public var format: String
    public var version: Int
    /// Milliseconds since 1970 UTC.
    public var createdAt: Int64
    /// The store's directory, as it was called on the machine.
    public var source: String
    public var namespaces: [Namespace]
    public var files: [File]
    /// XXH64 of the manifest itself, encoded with this field empty.
    var checksum: String

    public var bytes: Int { files.reduce(0) { $0 + $1.bytes } }

    init(createdAt: Int64, source: String, namespaces: [Namespace], files: [File]) {
        format = Self.formatName
        version = Self.newestVersion
        self.createdAt = createdAt
        self.source = source
        self.namespaces = namespaces
        self.files = files
        checksum = ""
    }

    // MARK: Bytes

    func encoded() throws(StorageError) -> [UInt8] {
        var sealed = self
        sealed.checksum = try ownChecksum()
        return try sealed.json()
    }

    /// Reads the manifest of a backup.
    ///
    /// - Throws: `incompatible` when it is none or of a newer program, `corrupt` when it is damaged.
    public static func read(from directory: String) throws(StorageError) -> BackupManifest {
        let path = directory + "/" + fileName
        guard let bytes = try FileIO.read(path) else {
            throw StorageError(.incompatible, "there is no backup: no \(fileName)", path: directory)
        }
        let manifest: BackupManifest
        do {
            manifest = try JSONDecoder().decode(BackupManifest.self, from: Data(bytes))
        } catch {
            throw StorageError(.corrupt, "the manifest cannot be read", path: path)
        }
        guard manifest.format == formatName, (1...newestVersion).contains(manifest.version) else {
            throw StorageError(
                .incompatible,
                "the backup has format \(manifest.format) \(manifest.version) and this program reads \(formatName) up to "
                    + "\(newestVersion)", path: path)
        }
        guard try manifest.ownChecksum() == manifest.checksum else {
            throw StorageError(.corrupt, "the manifest fails its checksum", path: path)
        }
        for file in manifest.files where !isPlain(file.name) {
            throw StorageError(.corrupt, "the manifest names the file \"\(file.name)\"", path: path)
        }
        return manifest
    }

    private func ownChecksum() throws(StorageError) -> String {
        var open = self
        open.checksum = ""
        let bytes = try open.json()
        return String(bytes.withUnsafeBytes { XXH64.hash($0, seed: 0) }, radix: 16)
    }

    private func json() throws(StorageError) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        do {
            return Array(try encoder.encode(self)) + [UInt8(ascii: "\n")]
        } catch {
            throw StorageError(.misuse, "the manifest cannot be written: \(error)")
        }
    }

    /// A name that stays in its directory: what a store's files are called, and nothing else.
    private static func isPlain(_ name: String) -> Bool {
        name == Schema.fileName
            || (name.hasSuffix(".segment") || name.hasSuffix(".edges"))
                && name.utf8.allSatisfy { byte in
                    switch byte {
                    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                        UInt8(ascii: "-"),
                        UInt8(ascii: "."):
                        true
                    default: false
                    }
                } && !name.hasPrefix(".")
    }
}
