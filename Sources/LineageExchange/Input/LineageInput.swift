public import Foundation

/// Bytes of a file that is read once, in pieces.
public struct LineageInput {
    /// For errors: the path, or what stands for it.
    public let name: String
    let next: () throws -> Data?

    /// - Parameter next: the following piece, `nil` at the end.
    public init(name: String, next: @escaping () throws -> Data?) {
        self.name = name
        self.next = next
    }

    /// Bytes in memory, given out in pieces of `pieceBytes`.
    public init(name: String, bytes: [UInt8], pieceBytes: Int = 1 << 16) {
        var offset = 0
        self.init(name: name) {
            guard offset < bytes.count else { return nil }
            let end = min(bytes.count, offset + max(1, pieceBytes))
            defer { offset = end }
            return Data(bytes[offset..<end])
        }
    }

    /// A file.
    ///
    /// - Throws: ``LineageFormatError`` when it cannot be read.
    public init(path: String) throws {
        guard let handle = FileHandle(forReadingAtPath: path) else {
            throw LineageFormatError(file: path, message: "cannot be read")
        }
        self.init(name: path) {
            let piece = try handle.read(upToCount: 1 << 18)
            return piece?.isEmpty == false ? piece : nil
        }
    }

    /// The same input, telling how far it was read.
    public func reporting(_ progress: @escaping (Int) -> Void) -> LineageInput {
        var count = 0
        let next = self.next
        return LineageInput(name: name) {
            let piece = try next()
            count += piece?.count ?? 0
            progress(count)
            return piece
        }
    }

    /// Calls `body` with each line and its number, without its end (LF or CRLF).
    func forEachLine(_ body: ([UInt8], Int) throws -> Void) throws {
        var line: [UInt8] = []
        var number = 1
        while let piece = try next() {
            var rest = piece[...]
            while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
                line += rest[..<end]
                try checkLength(line, number)
                try body(Self.withoutReturn(line), number)
                line.removeAll(keepingCapacity: true)
                number += 1
                rest = rest[(end + 1)...]
            }
            line += rest
            try checkLength(line, number)
        }
        if !line.isEmpty { try body(Self.withoutReturn(line), number) }
    }

    private func checkLength(_ line: [UInt8], _ number: Int) throws {
        guard line.count <= ExchangeLimits.lineBytesMax else {
            throw LineageFormatError(
                file: name, line: number, message: "the line is too long",
                limit: "\(ExchangeLimits.lineBytesMax) bytes")
        }
    }

    /// Everything, for formats that have to be read as a whole.
    func all() throws -> [UInt8] {
        var bytes: [UInt8] = []
        while let piece = try next() {
            bytes += piece
            guard bytes.count <= ExchangeLimits.wholeFileBytesMax else {
                throw LineageFormatError(
                    file: name, message: "the file is too long", limit: "\(ExchangeLimits.wholeFileBytesMax) bytes")
            }
        }
        return bytes
    }

    private static func withoutReturn(_ line: [UInt8]) -> [UInt8] {
        line.last == UInt8(ascii: "\r") ? Array(line.dropLast()) : line
    }
}
