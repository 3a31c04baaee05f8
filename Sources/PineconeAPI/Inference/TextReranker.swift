import Foundation
import TextEmbedding

/// Orders a handful of texts by how well they answer a question, without a model of its own.
///
/// ```
/// score = 0.6 · (1 + cosine(query, text)) / 2 + 0.4 · shared
/// shared = Σ w(t) over the query's words that the text has / Σ w(t) over all of them
/// w(t)   = ln(1 + (n − d + 0.5) / (d + 0.5))        n texts, d of them with the word
/// ```
/// Embeddings bring texts near that say the same in other words; shared words settle names, numbers and rare terms, which
/// an average of word pieces washes out. Weights are the inverse document frequency of Robertson & Spärck Jones ("The
/// Probabilistic Relevance Framework: BM25 and Beyond", 2009) among the texts themselves.
public struct TextReranker: Sendable {
    public static let name = "arcanea-rerank-blend"

    private static let cosineShare = 0.6

    let embedder: TextEmbedder

    /// A score in 0…1 for each text, larger is better.
    ///
    /// - Complexity: O(bytes of all texts + texts · (dimension + query words)).
    public func scores(query: String, texts: [String]) -> [Double] {
        let asked = Self.words(query)
        let found = texts.map { Self.words($0) }
        let weights = Dictionary(
            uniqueKeysWithValues: asked.map { word in
                let having = Double(found.count { $0.contains(word) })
                return (word, log1p((Double(texts.count) - having + 0.5) / (having + 0.5)))
            })
        let total = weights.values.reduce(0, +)
        let vector = embedder.embed(query)
        return zip(texts, found).map { text, words in
            let cosine = zip(vector, embedder.embed(text)).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
            let shared = asked.reduce(0.0) { $0 + (words.contains($1) ? weights[$1] ?? 0 : 0) }
            let likeness = (1 + min(max(cosine, -1), 1)) / 2
            guard total > 0 else { return likeness }
            return Self.cosineShare * likeness + (1 - Self.cosineShare) * shared / total
        }
    }

    /// The different words of a text: letters and digits in a row, in lower case.
    private static func words(_ text: String) -> Set<String> {
        Set(text.lowercased().split { !$0.isLetter && !$0.isNumber }.map(String.init))
    }
}
