import Foundation

/// A directory of its own for one test, removed with its last reference.
public final class TemporaryDirectory: Sendable {
    public let path: String

    public init() {
        path = NSTemporaryDirectory() + "/arcanea-test-" + UUID().uuidString
        try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    /// The path of an entry that need not exist.
    public func appending(_ name: String) -> String { path + "/" + name }
}
