#if canImport(Glibc)
    import Glibc
#else
    import Foundation
#endif

/// Counts creators and root families on the page: for the factors on repeats and for the caps of a sliding window.
struct FeedRepeats {
    /// Dense numbers for the creators or root families of a page, so that counting needs arrays only.
    struct Numbering {
        private var numbers: [UInt32: Int] = [:]
        /// Occurrences on the page, and within the window, by number.
        fileprivate var total: [Int] = []
        fileprivate var recent: [Int] = []

        mutating func number(of name: UInt32) -> Int {
            if let number = numbers[name] { return number }
            let number = total.count
            numbers[name] = number
            total.append(0)
            recent.append(0)
            return number
        }
    }

    var creators = Numbering()
    var roots = Numbering()
    private let parameters: FeedParameters
    private var history: [(creator: Int, root: Int)] = []

    init(parameters: FeedParameters) {
        self.parameters = parameters
    }

    /// Whether one more item keeps every window of `capWindow` places within the caps.
    func allows(creator: Int, root: Int) -> Bool {
        creators.recent[creator] < parameters.creatorMax && roots.recent[root] < parameters.rootMax
    }

    func factor(creator: Int, root: Int) -> Double {
        let earlier = (creators.total[creator], roots.total[root])
        // Most works repeat nobody; powers only for the others.
        guard earlier != (0, 0) else { return 1 }
        return pow(parameters.creatorRepeat, Double(earlier.0)) * pow(parameters.rootRepeat, Double(earlier.1))
    }

    mutating func add(creator: Int, root: Int) {
        history.append((creator, root))
        creators.total[creator] += 1
        roots.total[root] += 1
        creators.recent[creator] += 1
        roots.recent[root] += 1
        // The next place shares windows with the capWindow - 1 places before it.
        let leaving = history.count - parameters.capWindow
        if leaving >= 0 {
            creators.recent[history[leaving].creator] -= 1
            roots.recent[history[leaving].root] -= 1
        }
    }
}

/// Says which places are due to an explored work.
///
/// The first due place is drawn from those after the protected ones and within the first `explorationEvery`; after
/// an explored work the next is due half to a whole `explorationEvery` later. So every run of `explorationEvery`
/// places has at least one, if works to explore are at hand, and nobody learns to skip a fixed place.
struct ExplorationSchedule {
    private let every: Int
    private var generator: SplitMix64
    /// 1-based place that comes next.
    private(set) var nextPlace = 1
    private var due: Int

    init(scorer: FeedScorer) {
        let parameters = scorer.parameters
        every = parameters.explorationEvery
        var hash = StableHash()
        hash.combine(scorer.viewer.keyHash)
        hash.combine(scorer.now.flooredQuotient(by: parameters.drawPeriodMs))
        hash.combine(parameters.seed)
        generator = SplitMix64(seed: hash.finalized())
        let first = parameters.explorationFreePlaces + 1
        due = every == 0 ? .max : Int.random(in: first...max(first, every), using: &generator)
    }

    var isDue: Bool { nextPlace >= due }

    mutating func placed(explorable: Bool) {
        if explorable && every > 0 {
            due = nextPlace + Int.random(in: max(1, every / 2)...every, using: &generator)
        }
        nextPlace += 1
    }
}
