import Foundation
import TextEmbedding
import Vectors

/// How often an example sentence finds the synset that it is an example of, by exact search over all of WordNet.
struct SemanticSanity {
    private let data: String

    init(_ options: Options) throws { data = try options.text("data") }

    func run() throws {
        let set = try WordNet(data)
        let (sentences, synsets) = try set.queries()
        let embedder = TextEmbedder.builtIn
        report("semantic: embedding \(set.works.count) texts and \(sentences.count) sentences")
        let rows = set.works.flatMap { embedder.embed($0.text) }
        let dimension = embedder.dimension
        var within = [0, 0, 0]
        let limits = [1, 10, 100]
        let block = 64
        var out = [Float](repeating: 0, count: block * set.works.count)
        for start in stride(from: 0, to: sentences.count, by: block) {
            let part = Array(sentences[start..<min(start + block, sentences.count)])
            let queries = part.flatMap { embedder.embed($0) }
            BatchScan.dotProducts(
                queries: queries, queryCount: part.count, queryStride: dimension, rows: rows,
                rowCount: set.works.count, rowStride: dimension, dimension: dimension, out: &out)
            for index in part.indices {
                let own = Int(synsets[start + index])
                let first = index * set.works.count
                let score = out[first + own]
                var rank = 1
                // Equal scores: the smaller number first.
                for work in 0..<set.works.count {
                    let other = out[first + work]
                    if other > score || (other == score && work < own) { rank += 1 }
                }
                for (place, limit) in limits.enumerated() where rank <= limit { within[place] += 1 }
            }
        }
        let shares = within.map { rounded(100 * Double($0) / Double(sentences.count)) }
        result([
            "check": "semantic", "model": embedder.name, "texts": set.works.count, "sentences": sentences.count,
            "top1Percent": shares[0], "top10Percent": shares[1], "top100Percent": shares[2],
        ])
    }
}
