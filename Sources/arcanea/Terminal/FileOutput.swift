import Engine
import Foundation

/// Buffered bytes to a file that takes its name when it is complete, or to standard output.
final class FileOutput {
    private let handle: FileHandle
    private let path: String?
    private var buffer: [UInt8] = []
    private(set) var byteCount = 0

    /// - Parameter path: `-` for standard output.
    init(path: String) throws {
        guard path != "-" else {
            self.path = nil
            handle = .standardOutput
            return
        }
        let temporary = path + ".part"
        guard FileManager.default.createFile(atPath: temporary, contents: nil),
            let handle = FileHandle(forWritingAtPath: temporary)
        else { throw EngineError(.unavailable, "cannot write \(path)", field: path) }
        self.path = path
        self.handle = handle
    }

    func write(_ bytes: [UInt8]) throws {
        buffer += bytes
        byteCount += bytes.count
        if buffer.count > 1 << 18 { try flush() }
    }

    func writeLine(_ line: [UInt8]) throws { try write(line + [UInt8(ascii: "\n")]) }

    /// Writes over the first bytes of a file.
    ///
    /// - Precondition: as many were written before.
    func overwriteStart(_ bytes: [UInt8]) throws {
        precondition(path != nil && bytes.count <= byteCount, "only what a file holds already is written over")
        try flush()
        try handle.seek(toOffset: 0)
        try handle.write(contentsOf: Data(bytes))
        try handle.seekToEnd()
    }

    func finish() throws {
        try flush()
        guard let path else { return }
        try handle.synchronize()
        try handle.close()
        guard rename(path + ".part", path) == 0 else { throw EngineError(.unavailable, "cannot rename \(path).part") }
    }

    private func flush() throws {
        try handle.write(contentsOf: Data(buffer))
        buffer.removeAll(keepingCapacity: true)
    }
}
