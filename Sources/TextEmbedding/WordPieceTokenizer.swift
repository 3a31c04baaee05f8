/// Text to word pieces, as BERT's uncased models read it (Devlin et al., NAACL 2019; the pieces of Schuster and Nakajima,
/// ICASSP 2012).
///
/// Control characters go, white space becomes one space, CJK characters stand alone, accents and case are dropped,
/// punctuation stands alone; then each word is cut into the longest pieces that the vocabulary has, from the left.
public struct WordPieceTokenizer: Sendable {
    /// Pieces of one text that count; the rest is not read.
    public static let pieceCountMax = 256
    /// A word of more characters is unknown as a whole.
    private static let wordLengthMax = 100

    private let vocabulary: Vocabulary
    private let unknown: Int32

    /// - Parameter vocabulary: pieces, one a line; a line's number from 0 is the id. Continuations start with `##`.
    init(vocabulary bytes: UnsafeRawBufferPointer) throws(ModelError) {
        vocabulary = try Vocabulary(lines: bytes)
        guard let unknown = vocabulary.id(of: Array("[UNK]".utf8)[...]) else {
            throw ModelError("the vocabulary has no [UNK]")
        }
        self.unknown = unknown
    }

    var vocabularyCount: Int { vocabulary.count }

    /// Ids of a text's word pieces, at most 256.
    public func ids(of text: String) -> [Int32] {
        var ids: [Int32] = []
        var word = Word()
        BasicTokenizer.forEachScalar(of: text) { event in
            switch event {
            case .letter(let scalar): word.append(scalar)
            case .space: flush(&word, into: &ids)
            case .alone(let scalar):
                flush(&word, into: &ids)
                word.append(scalar)
                flush(&word, into: &ids)
            }
            return ids.count < Self.pieceCountMax
        }
        flush(&word, into: &ids)
        return Array(ids.prefix(Self.pieceCountMax))
    }

    /// A word's UTF-8 and its length in characters.
    private struct Word {
        var bytes: [UInt8] = []
        var length = 0

        mutating func append(_ scalar: Unicode.Scalar) {
            if scalar.isASCII {
                bytes.append(UInt8(scalar.value))
            } else {
                bytes.append(contentsOf: UTF8.encode(scalar)!)
            }
            length += 1
        }
    }

    private func flush(_ word: inout Word, into ids: inout [Int32]) {
        guard word.length > 0 else { return }
        defer {
            word.bytes.removeAll(keepingCapacity: true)
            word.length = 0
        }
        guard word.length <= Self.wordLengthMax else { return ids.append(unknown) }
        let before = ids.count
        var start = 0
        while start < word.bytes.count {
            var end = min(word.bytes.count, start + vocabulary.pieceBytesMax)
            var found: Int32?
            while end > start {
                found =
                    start == 0
                    ? vocabulary.id(of: word.bytes[start..<end])
                    : vocabulary.continuationID(of: word.bytes[start..<end])
                if found != nil { break }
                end -= 1
            }
            guard let found else {
                // One part that no piece covers makes the whole word unknown.
                ids.removeLast(ids.count - before)
                ids.append(unknown)
                return
            }
            ids.append(found)
            start = end
        }
    }
}
