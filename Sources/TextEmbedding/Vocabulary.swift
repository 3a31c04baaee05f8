/// Word pieces by their bytes: two open-addressing tables, for pieces that start a word and for continuations.
///
/// A look-up hashes the bytes in place; a dictionary of strings would allocate one for every prefix that is tried.
struct Vocabulary: Sendable {
    let count: Int
    /// Longest piece in bytes, without `##`.
    private(set) var pieceBytesMax = 0
    private var starts: PieceTable
    private var continuations: PieceTable

    init(lines bytes: UnsafeRawBufferPointer) throws(ModelError) {
        var pieces = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map { line in
            line.last == UInt8(ascii: "\r") ? [UInt8](line.dropLast()) : [UInt8](line)
        }
        if pieces.last == [] { pieces.removeLast() }
        count = pieces.count
        starts = PieceTable(capacity: count)
        continuations = PieceTable(capacity: count)
        let mark = Array("##".utf8)
        for (id, piece) in pieces.enumerated() {
            let isContinuation = piece.count > 2 && piece.starts(with: mark)
            let text = isContinuation ? piece.dropFirst(2) : piece[...]
            pieceBytesMax = max(pieceBytesMax, text.count)
            if isContinuation {
                continuations.insert(text, Int32(id))
            } else {
                starts.insert(text, Int32(id))
            }
        }
        guard count > 0 else { throw ModelError("the vocabulary is empty") }
    }

    func id(of piece: ArraySlice<UInt8>) -> Int32? { starts.id(of: piece) }

    func continuationID(of piece: ArraySlice<UInt8>) -> Int32? { continuations.id(of: piece) }
}

private struct PieceTable: Sendable {
    private struct Entry {
        var start: UInt32
        var length: UInt32
        var id: Int32
    }

    private var entries: [Entry]
    private var bytes: [UInt8] = []
    private let mask: Int

    init(capacity: Int) {
        var size = 16
        while size < capacity * 2 { size *= 2 }
        entries = [Entry](repeating: Entry(start: 0, length: 0, id: -1), count: size)
        mask = size - 1
    }

    /// The first of two equal pieces keeps its id.
    mutating func insert(_ piece: ArraySlice<UInt8>, _ id: Int32) {
        guard self.id(of: piece) == nil else { return }
        var position = Self.hash(piece) & mask
        while entries[position].id >= 0 { position = (position + 1) & mask }
        entries[position] = Entry(start: UInt32(bytes.count), length: UInt32(piece.count), id: id)
        bytes.append(contentsOf: piece)
    }

    func id(of piece: ArraySlice<UInt8>) -> Int32? {
        var position = Self.hash(piece) & mask
        while entries[position].id >= 0 {
            let entry = entries[position]
            if Int(entry.length) == piece.count,
                bytes[Int(entry.start)..<Int(entry.start + entry.length)].elementsEqual(piece)
            {
                return entry.id
            }
            position = (position + 1) & mask
        }
        return nil
    }

    /// FNV-1a, 64 bits (Fowler, Noll, Vo).
    private static func hash(_ piece: ArraySlice<UInt8>) -> Int {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in piece { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        return Int(truncatingIfNeeded: hash ^ hash >> 32)
    }
}
