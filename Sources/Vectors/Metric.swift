/// How two vectors are compared.
///
/// Inside the indexes every metric is a *distance*: smaller is closer. Callers see a *score* in the metric's own terms.
public enum Metric: String, Sendable, Codable, CaseIterable {
    /// Angle only. Rows are brought to length 1 when stored; distance = 1 − dot product, in 0…2.
    case cosine
    /// Inner product of the vectors as they are; distance = −dot product.
    case dotProduct = "dotproduct"
    /// Squared Euclidean distance.
    case squaredEuclidean = "euclidean"

    /// The value that users see: cosine similarity, dot product, or squared Euclidean distance.
    @inlinable
    public func score(fromDistance distance: Float) -> Float {
        switch self {
        case .cosine: 1 - distance
        case .dotProduct: -distance
        case .squaredEuclidean: distance
        }
    }

    /// The inverse of ``score(fromDistance:)``.
    @inlinable
    public func distance(fromScore score: Float) -> Float {
        switch self {
        case .cosine: 1 - score
        case .dotProduct: -score
        case .squaredEuclidean: score
        }
    }

    /// Whether rows are brought to length 1 before they are stored.
    @inlinable
    public var normalizesRows: Bool { self == .cosine }
}
