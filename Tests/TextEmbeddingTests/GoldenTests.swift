import Foundation
import Testing

@testable import TextEmbedding

/// The model's own samples: word-piece ids exactly, vectors to 1e-5.
struct GoldenTests {
    struct Sample: Decodable {
        var text: String
        var ids: [Int32]
        var firstComponents: [Float]
        var norm: Float

        private enum CodingKeys: String, CodingKey {
            case text, ids, norm
            case firstComponents = "vector_first8"
        }
    }

    static let samples: [Sample] = {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "Golden/golden.json")
        guard let data = try? Data(contentsOf: file) else { return [] }
        return (try? JSONDecoder().decode([Sample].self, from: data)) ?? []
    }()

    @Test("all golden samples")
    func goldenSamples() {
        #expect(Self.samples.count == 56)
        for sample in Self.samples {
            #expect(TextEmbedder.builtIn.tokenizer.ids(of: sample.text) == sample.ids, "\(sample.text)")
            let (unit, norm) = TextEmbedder.builtIn.unscaled(sample.text)
            #expect(abs(norm - sample.norm) <= 1e-5, "\(sample.text)")
            #expect(unit.count == 256)
            for (component, expected) in zip(unit, sample.firstComponents) {
                #expect(abs(component - expected) <= 1e-5, "\(sample.text)")
            }
            let length = unit.reduce(0) { $0 + $1 * $1 }
            #expect(sample.ids.isEmpty ? length == 0 : abs(length - 1) <= 1e-5, "\(sample.text)")
        }
    }
}
