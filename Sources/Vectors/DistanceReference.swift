/// The formulas in Double, one element after the other: the oracle of the kernel tests.
public enum DistanceReference {
    public static func dot(_ a: some Sequence<Float>, _ b: some Sequence<Float>) -> Double {
        zip(a, b).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }

    public static func squaredL2(_ a: some Sequence<Float>, _ b: some Sequence<Float>) -> Double {
        zip(a, b).reduce(0) {
            let difference = Double($1.0) - Double($1.1)
            return $0 + difference * difference
        }
    }

    /// Cosine similarity in −1…1; 0 when either vector is zero.
    public static func cosine(_ a: some Sequence<Float>, _ b: some Sequence<Float>) -> Double {
        let lengths = (dot(a, a) * dot(b, b)).squareRoot()
        return lengths > 0 ? dot(a, b) / lengths : 0
    }

    /// Distance as the indexes define it: smaller is closer. Vectors need not have length 1.
    public static func distance(_ metric: Metric, _ a: some Sequence<Float>, _ b: some Sequence<Float>) -> Double {
        switch metric {
        case .cosine: 1 - cosine(a, b)
        case .dotProduct: -dot(a, b)
        case .squaredEuclidean: squaredL2(a, b)
        }
    }
}
