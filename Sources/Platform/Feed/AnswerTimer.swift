/// Measures how long an answer took.
struct AnswerTimer {
    private let start = ContinuousClock.now

    /// Microseconds since the timer was made.
    var micros: Int {
        let elapsed = start.duration(to: .now).components
        return Int(elapsed.seconds) * 1_000_000 + Int(elapsed.attoseconds / 1_000_000_000_000)
    }
}
