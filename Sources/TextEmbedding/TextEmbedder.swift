import CEmbedderModel

/// Text to vector, built in: a static embedding model, compiled into the program.
///
/// The vector of a text is the mean of its word pieces' vectors, scaled to length 1. No order of words, no context: a
/// thousand times faster than a transformer, and close to the one that it was distilled from for short texts.
public struct TextEmbedder: Sendable {
    /// The model that ships with the program.
    public static let builtIn: TextEmbedder = {
        do {
            return try TextEmbedder(
                name: "arcanea-static-256",
                weights: UnsafeRawBufferPointer(start: cembedder_weights(), count: cembedder_weights_size()),
                vocabulary: UnsafeRawBufferPointer(
                    start: cembedder_vocabulary(), count: cembedder_vocabulary_size()))
        } catch {
            fatalError("the model inside the program is damaged: \(error)")
        }
    }()

    public let name: String
    /// Dimensions of every vector.
    public let dimension: Int
    public let tokenizer: WordPieceTokenizer
    private let table: EmbeddingTable

    /// - Parameters:
    ///   - weights: a safetensors file with `embeddings` (I8 [pieces, dimension]) and `scales` (F32 [pieces]). Must live
    ///     as long as the embedder.
    ///   - vocabulary: word pieces, one a line.
    /// - Throws: `ModelError` when the files are damaged or do not fit each other.
    init(name: String, weights: UnsafeRawBufferPointer, vocabulary: UnsafeRawBufferPointer) throws(ModelError) {
        self.name = name
        table = try EmbeddingTable(safetensors: weights)
        dimension = table.dimension
        tokenizer = try WordPieceTokenizer(vocabulary: vocabulary)
        guard tokenizer.vocabularyCount == table.pieceCount else {
            throw ModelError("\(tokenizer.vocabularyCount) word pieces for \(table.pieceCount) vectors")
        }
    }

    /// The vector of a text: length 1, or all zeros when the text holds no word piece (white space, control characters).
    ///
    /// - Complexity: O(bytes + pieces · dimension); at most 256 pieces count.
    public func embed(_ text: String) -> [Float] {
        table.mean(of: tokenizer.ids(of: text)).unit
    }

    /// The word pieces' mean before it is scaled, and its length: what the model's golden samples state.
    func unscaled(_ text: String) -> (unit: [Float], norm: Float) {
        table.mean(of: tokenizer.ids(of: text))
    }
}

/// Why a model's files were refused.
struct ModelError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
