/// The Wilson score interval of a rate (E. B. Wilson, JASA 22, 1927).
///
/// Unlike the plain rate it does not let one like out of one view beat ninety likes out of a hundred views.
/// - Parameters:
///   - successes: clamped to 0…`trials`; weighted counts are fine.
///   - trials: weighted number of trials. Without trials nothing is known: 0…1.
///   - z: normal quantile of the confidence; 1.28 is 80 % two-sided, 1.96 is 95 %.
public func wilsonInterval(successes: Double, trials: Double, z: Double) -> ClosedRange<Double> {
    guard trials > 0 else { return 0...1 }
    let rate = max(0, min(1, successes / trials))
    let z2 = z * z
    let center = rate + z2 / (2 * trials)
    let spread = z * ((rate * (1 - rate) + z2 / (4 * trials)) / trials).squareRoot()
    let scale = 1 + z2 / trials
    // Rounding may leave the interval by an ulp, and at rate 0 or 1 the ends are exact.
    let lower = rate == 0 ? 0 : max(0, (center - spread) / scale)
    let upper = rate == 1 ? 1 : min(1, (center + spread) / scale)
    return min(lower, upper)...upper
}

/// The lower end of ``wilsonInterval(successes:trials:z:)``: the rate that the evidence supports.
public func wilsonLowerBound(successes: Double, trials: Double, z: Double) -> Double {
    wilsonInterval(successes: successes, trials: trials, z: z).lowerBound
}
