import Foundation

/// A directory that is filled beside its place and gets its name when it is whole.
struct NewDirectory {
    /// Where to fill it.
    let path: String
    private let target: String

    /// - Throws: `occupied` when there is something at the target already; `io`.
    init(_ target: String) throws(StorageError) {
        let url = URL(fileURLWithPath: target)
        self.target = url.path
        path = url.path + ".partial-\(getpid())"
        if let names = try? FileManager.default.contentsOfDirectory(atPath: url.path) {
            guard names.isEmpty else {
                throw StorageError(
                    .occupied, "the directory is not empty, and nothing is overwritten: name another", path: url.path)
            }
        } else if FileManager.default.fileExists(atPath: url.path) {
            throw StorageError(.occupied, "there is a file of that name: name another", path: url.path)
        }
        // Of a process with our number that ended in the middle.
        try? FileManager.default.removeItem(atPath: path)
        try FileIO.makeDirectory(path)
    }

    /// Syncs what is in it, and gives it its name.
    func publish() throws(StorageError) {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        for name in names { try FileIO.syncFile(path + "/" + name) }
        try FileIO.syncDirectory(path)
        // An empty directory may stand at the target: it is replaced. One that was filled meanwhile is not.
        guard rename(path, target) == 0 else { throw FileIO.failure("rename", path) }
        try FileIO.syncDirectory(URL(fileURLWithPath: target).deletingLastPathComponent().path)
    }

    func discard() { try? FileManager.default.removeItem(atPath: path) }
}
