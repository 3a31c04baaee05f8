/// Lets only whole UTF-8 pass, piece by piece.
///
/// The XML parser of Foundation traps on names that are not UTF-8, so that nothing else may reach it.
struct UTF8Gate {
    private let file: String
    /// Beginning of a character whose rest is in the next piece.
    private var pending: [UInt8] = []
    private var line = 1

    init(file: String) { self.file = file }

    /// - Returns: the bytes that are whole characters by now.
    mutating func pass(_ piece: some Sequence<UInt8>) throws(LineageFormatError) -> [UInt8] {
        var bytes = pending + piece
        let cut = Self.startOfIncompleteCharacter(bytes) ?? bytes.count
        pending = Array(bytes[cut...])
        bytes.removeSubrange(cut...)
        try check(bytes)
        return bytes
    }

    /// - Throws: when a character was cut off at the end.
    func finish() throws(LineageFormatError) {
        if !pending.isEmpty { throw fault(line) }
    }

    private mutating func check(_ bytes: [UInt8]) throws(LineageFormatError) {
        let newline = UInt8(ascii: "\n")
        guard String(validating: bytes, as: UTF8.self) != nil else {
            let lines = bytes.split(separator: newline, omittingEmptySubsequences: false)
            let bad = lines.firstIndex { String(validating: $0, as: UTF8.self) == nil } ?? 0
            throw fault(line + bad)
        }
        line += bytes.reduce(0) { $1 == newline ? $0 + 1 : $0 }
    }

    private func fault(_ line: Int) -> LineageFormatError {
        LineageFormatError(file: file, line: line, message: "the text is not UTF-8", limit: "UTF-8")
    }

    /// Where the last character begins, when its lead byte asks for more bytes than follow.
    private static func startOfIncompleteCharacter(_ bytes: [UInt8]) -> Int? {
        for back in 1...3 where back <= bytes.count {
            let byte = bytes[bytes.count - back]
            if byte & 0xC0 == 0x80 { continue }
            let length = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1
            return length > back ? bytes.count - back : nil
        }
        return nil
    }
}
