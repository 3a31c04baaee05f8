import Ranking
import TextEmbedding

extension TextEmbedder {
    /// What cosines of the built-in model mean.
    static let calibration: CosineCalibration = {
        do {
            return try CosineCalibration(c0: 0.07, c1: 0.85)
        } catch {
            preconditionFailure("the shipped calibration is in order: \(error)")
        }
    }()
}
