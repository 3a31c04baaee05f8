import Foundation
import Testing

@testable import TextEmbedding

/// Word pieces beside those of another implementation, and the edges of the rules.
///
/// `Golden/reference-tokens.json` holds what Hugging Face's `tokenizers` 0.23.3 answers with `BertWordPieceTokenizer`
/// (this vocabulary, lower case, no special tokens), cut to 256 pieces: works of the sample catalog as they are and with
/// odd characters thrown in, and texts in many scripts.
struct TokenizerTests {
    private struct Sample: Decodable {
        var text: String
        var ids: [Int32]
    }

    private let tokenizer = TextEmbedder.builtIn.tokenizer

    private func ids(_ text: String) -> [Int32] { tokenizer.ids(of: text) }

    @Test("the pieces of the reference implementation")
    func reference() throws {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appending(path: "Golden/reference-tokens.json")
        let samples = try JSONDecoder().decode([Sample].self, from: Data(contentsOf: file))
        #expect(samples.count >= 300)
        for sample in samples {
            let scalars = sample.text.unicodeScalars.prefix(60).map { String($0.value, radix: 16) }
            #expect(ids(sample.text) == sample.ids, "\(sample.text.prefix(80)) \(scalars.joined(separator: " "))")
        }
    }

    @Test("characters that nobody sees change nothing")
    func invisible() {
        let plain = ids("a dragon sleeps")
        #expect(plain.count == 3)
        for hidden in ["\u{0}", "\u{7F}", "\u{8}", "\u{200B}", "\u{200D}", "\u{FEFF}", "\u{AD}", "\u{202E}", "\u{301}"]
        {
            #expect(
                ids("a dra\(hidden)gon sleeps\(hidden)") == plain,
                "U+\(String(hidden.unicodeScalars.first!.value, radix: 16))")
        }
    }

    @Test("every white space separates alike, line ends of every system included")
    func whiteSpace() {
        let plain = ids("one two")
        for space in ["\r\n", "\n", "\r", "\t", "  ", "\u{A0}", "\u{2003}", "\u{3000}", "\u{2028}", "\u{2029}"] {
            #expect(ids("\(space)one\(space)two\(space)") == plain, "\(space.unicodeScalars.map(\.value))")
        }
    }

    @Test("accents and case are dropped, composed or not")
    func accents() {
        let plain = ids("resume angstrom")
        for text in ["Résumé Ångström", "Re\u{301}sume\u{301} A\u{30A}ngstro\u{308}m", "RESUME ANGSTROM"] {
            #expect(ids(text) == plain, "\(text)")
        }
    }

    @Test("CJK characters and punctuation stand alone")
    func alone() {
        #expect(ids("日本") == ids("日") + ids("本"))
        #expect(ids("a日b") == ids("a") + ids("日") + ids("b"))
        #expect(ids("a,b") == ids("a") + ids(",") + ids("b"))
        #expect(ids("$+^") == ids("$") + ids("+") + ids("^"))
    }

    @Test("a word of 100 characters is read, one of 101 is unknown")
    func longWords() {
        let unknown = ids("\u{1F9FF}")
        #expect(unknown.count == 1)
        for letter in ["a", "é"] {
            #expect(ids(String(repeating: letter, count: 100)) != unknown, "\(letter)")
            #expect(ids(String(repeating: letter, count: 101)) == unknown, "\(letter)")
        }
        #expect(ids(String(repeating: "a", count: 101) + " b") == unknown + ids("b"))
    }

    @Test("the names of special pieces are text like any other")
    func specialNames() {
        #expect(ids("[CLS] [UNK]") == ids("[ cls ] [ unk ]"))
        #expect(ids("[CLS]").count > 1)
    }

    @Test("256 pieces count, the rest does not")
    func cut() {
        let word = ids("word")
        #expect(word.count == 1)
        for count in [255, 256, 257, 300] {
            let text = Array(repeating: "word", count: count).joined(separator: " ")
            #expect(ids(text) == Array(repeating: word[0], count: min(count, 256)))
        }
        // A word whose pieces cross the border is cut there.
        let long = Array(repeating: "word", count: 255).joined(separator: " ") + " antidisestablishmentarianism"
        #expect(ids(long).count == 256)
        #expect(ids(long).last == ids("antidisestablishmentarianism").first)
        let cut = TextEmbedder.builtIn.embed(Array(repeating: "word", count: 256).joined(separator: " "))
        #expect(TextEmbedder.builtIn.embed(Array(repeating: "word", count: 300).joined(separator: " ") + " sea") == cut)
    }

    @Test("one text has one vector, of length 1")
    func vectors() {
        let texts = [
            "a", "A dragon of living light.", "\u{1F409}\u{1F525}", "日本語", "e\u{301}",
            String(repeating: "x", count: 70_000),
            "many\r\nlines\r\n",
        ]
        for text in texts {
            let vector = TextEmbedder.builtIn.embed(text)
            #expect(vector.count == TextEmbedder.builtIn.dimension)
            let squares = vector.reduce(0.0) { $0 + Double($1) * Double($1) }
            #expect(abs(squares - 1) < 1e-5, "\(text.prefix(20))")
            for _ in 0..<3 { #expect(TextEmbedder.builtIn.embed(text) == vector, "\(text.prefix(20))") }
        }
    }

    @Test("many threads read the model at once and get the same vectors")
    func threads() async {
        let texts = (0..<64).map { "work \($0) of light and \($0 * 7) shadows" }
        let expected = texts.map { TextEmbedder.builtIn.embed($0) }
        let vectors = await withTaskGroup(of: (Int, [Float]).self) { group in
            for (position, text) in texts.enumerated() {
                group.addTask { (position, TextEmbedder.builtIn.embed(text)) }
            }
            var vectors = [[Float]](repeating: [], count: texts.count)
            for await (position, vector) in group { vectors[position] = vector }
            return vectors
        }
        #expect(vectors == expected)
    }

    @Test("a text without a piece has the zero vector")
    func empty() {
        for text in ["", " \t\r\n", "\u{200B}\u{0}", "\u{301}"] {
            #expect(ids(text).isEmpty)
            #expect(TextEmbedder.builtIn.embed(text) == [Float](repeating: 0, count: TextEmbedder.builtIn.dimension))
        }
    }
}
