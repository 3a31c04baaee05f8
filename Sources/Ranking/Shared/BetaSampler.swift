#if canImport(Glibc)
    import Glibc
#else
    import Foundation
#endif

/// Draws from a Beta distribution, for Thompson sampling; the same seed gives the same draw everywhere.
public struct BetaSampler: Sendable {
    private var generator: SplitMix64

    public init(seed: UInt64) {
        generator = SplitMix64(seed: seed)
    }

    /// One draw from Beta(`alpha`, `beta`), in 0…1.
    ///
    /// X / (X + Y) for X ~ Gamma(alpha), Y ~ Gamma(beta), formed from logarithms so that tiny shapes, whose gammas
    /// underflow, still give a proper draw.
    /// - Parameters: both above 0.
    public mutating func draw(alpha: Double, beta: Double) -> Double {
        precondition(alpha > 0 && beta > 0, "Beta needs positive shapes")
        let logX = logGamma(shape: alpha)
        let logY = logGamma(shape: beta)
        return 1 / (1 + exp(logY - logX))
    }

    /// The logarithm of one draw from Gamma(`shape`, 1).
    ///
    /// Marsaglia & Tsang, "A simple method for generating gamma variables", ACM TOMS 26 (2000); shapes below 1 by
    /// their remark that Gamma(a) = Gamma(a + 1) · U^(1/a).
    mutating func logGamma(shape: Double) -> Double {
        guard shape >= 1 else {
            return logGamma(shape: shape + 1) + log(generator.nextOpenUnit()) / shape
        }
        let d = shape - 1.0 / 3
        let c = 1 / (9 * d).squareRoot()
        while true {
            let x = normal()
            let root = 1 + c * x
            guard root > 0 else { continue }
            let v = root * root * root
            if log(generator.nextOpenUnit()) < 0.5 * x * x + d - d * v + d * log(v) {
                return log(d * v)
            }
        }
    }

    /// A standard normal number by Marsaglia's polar method (1964).
    private mutating func normal() -> Double {
        while true {
            let u = 2 * generator.nextUnit() - 1
            let v = 2 * generator.nextUnit() - 1
            let square = u * u + v * v
            if square > 0 && square < 1 {
                return u * (-2 * log(square) / square).squareRoot()
            }
        }
    }
}

/// P(X ≤ x) for X ~ Beta(`alpha`, `beta`): the regularized incomplete beta function.
///
/// The continued fraction of DLMF 8.17.22, evaluated by the modified Lentz method; on the side of the mean where it
/// converges quickly, and by the symmetry I_x(a, b) = 1 - I_{1-x}(b, a) on the other.
public func betaCumulative(_ x: Double, alpha: Double, beta: Double) -> Double {
    precondition(alpha > 0 && beta > 0, "Beta needs positive shapes")
    guard x > 0 else { return 0 }
    guard x < 1 else { return 1 }
    if x > (alpha + 1) / (alpha + beta + 2) {
        return 1 - betaCumulative(1 - x, alpha: beta, beta: alpha)
    }
    let logFront =
        lgamma(alpha + beta) - lgamma(alpha) - lgamma(beta) + alpha * log(x) + beta * log1p(-x) - log(alpha)
    // Lentz: the fraction as a running product of ratios C/D; zeros are replaced by a tiny number.
    let tiny = 1e-300
    var c = 1.0
    var d = 1 - (alpha + beta) * x / (alpha + 1)
    d = 1 / (abs(d) < tiny ? tiny : d)
    var fraction = d
    for step in 1...500 {
        let m = Double(step)
        let even = m * (beta - m) * x / ((alpha + 2 * m - 1) * (alpha + 2 * m))
        let odd = -(alpha + m) * (alpha + beta + m) * x / ((alpha + 2 * m) * (alpha + 2 * m + 1))
        var change = 1.0
        for coefficient in [even, odd] {
            d = 1 + coefficient * d
            d = 1 / (abs(d) < tiny ? tiny : d)
            c = 1 + coefficient / c
            if abs(c) < tiny { c = tiny }
            change = c * d
            fraction *= change
        }
        if abs(change - 1) < 1e-14 { break }
    }
    return max(0, min(1, exp(logFront) * fraction))
}
