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
        var rest: [UInt8] = []
        var number = 0
        while let piece = try next() {
            rest += piece
            var start = 0
            while let end = rest[start...].firstIndex(of: UInt8(ascii: "\n")) {
                number += 1
                try body(Self.withoutReturn(rest[start..<end]), number)
                start = end + 1
            }
            rest.removeFirst(start)
            guard rest.count <= ExchangeLimits.lineBytesMax else {
                throw LineageFormatError(
                    file: name, line: number + 1, message: "the line is too long",
                    limit: "\(ExchangeLimits.lineBytesMax) bytes")
            }
        }
        if !rest.isEmpty { try body(Self.withoutReturn(rest[...]), number + 1) }
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

    private static func withoutReturn(_ line: ArraySlice<UInt8>) -> [UInt8] {
        Array(line.last == UInt8(ascii: "\r") ? line.dropLast() : line)
    }
}
