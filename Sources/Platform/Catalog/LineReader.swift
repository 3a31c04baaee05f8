import CZlib
import Engine

/// Lines of a text file, plain or gzip (zlib reads both alike).
struct LineReader: ~Copyable {
    /// Longest line: a work with a vector of 20,000 numbers fits.
    private static let lineBytesMax = 4 << 20

    private let file: gzFile
    private let path: String
    private var buffer = [UInt8](repeating: 0, count: 1 << 18)
    private var start = 0
    private var end = 0
    private(set) var lineNumber = 0

    /// - Throws: `notFound` when the file cannot be opened.
    init(path: String) throws {
        guard let file = gzopen(path, "rb") else {
            throw EngineError(.notFound, "cannot open \(path)", field: path)
        }
        gzbuffer(file, 1 << 18)
        self.file = file
        self.path = path
    }

    deinit { gzclose(file) }

    /// Bytes of the file itself that were read, for progress; compressed bytes in a gzip file.
    var bytesRead: Int { Int(gzoffset(file)) }

    /// The next line without its end, or `nil` at the end of the file.
    mutating func next() throws -> [UInt8]? {
        var line: [UInt8] = []
        while true {
            if let newline = buffer[start..<end].firstIndex(of: UInt8(ascii: "\n")) {
                line += buffer[start..<newline]
                start = newline + 1
                lineNumber += 1
                return line
            }
            line += buffer[start..<end]
            guard line.count <= Self.lineBytesMax else {
                throw EngineError.invalid(
                    path, "line \(lineNumber + 1) of \(path) is longer than \(Self.lineBytesMax) bytes",
                    limit: "\(Self.lineBytesMax) bytes")
            }
            start = 0
            let count = gzread(file, &buffer, UInt32(buffer.count))
            // A gzip file that was cut off ends like a whole one, but for this state.
            var state = Z_OK
            _ = gzerror(file, &state)
            guard count > 0 || (count == 0 && (state == Z_OK || state == Z_STREAM_END)) else {
                throw EngineError(.dataLoss, "\(path) is damaged after line \(lineNumber)", field: path)
            }
            end = Int(count)
            if count == 0 {
                guard !line.isEmpty else { return nil }
                lineNumber += 1
                return line
            }
        }
    }
}
