import Ranking
import TextEmbedding

extension TextEmbedder {
    /// What cosines of the built-in model mean, measured on the 117,659 texts of WordNet: `c0` is the median of 200,000
    /// random pairs, `c1` the 0.999 quantile of 2,000 texts' nearest neighbors. Shipped, so that the first memory of a
    /// store has a relevance before the store could learn one.
    static let calibration: CosineCalibration = {
        do {
            return try CosineCalibration(c0: 0.064, c1: 0.985)
        } catch {
            preconditionFailure("the shipped calibration is in order: \(error)")
        }
    }()
}
