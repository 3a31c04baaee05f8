/// The numbers of one field, sorted by value, so that a range of values is a few slices.
///
/// Entries `(value, ordinal)` lie in runs, each sorted, that are merged when they reach the size of their elders (a
/// logarithmic merge: Bentley & Saxe, "Decomposable Searching Problems I", J. Algorithms 1980). Putting an entry in and
/// taking it out are the same act: a run holds toggles, two equal ones cancel when they meet in a merge, and a range has
/// those ordinals whose entries in it are odd in number. Deletion therefore needs no tombstones and no search.
struct NumberRuns {
    struct Entry {
        var value: Double
        var ordinal: UInt32

        static func < (a: Entry, b: Entry) -> Bool {
            a.value < b.value || (a.value == b.value && a.ordinal < b.ordinal)
        }
    }

    /// An interval of values. NaN is in none.
    struct Interval {
        var lower = -Double.infinity
        var upper = Double.infinity
        var includesLower = true
        var includesUpper = true

        /// Narrows the interval to what another one also contains.
        mutating func formIntersection(_ other: Interval) {
            if other.lower > lower {
                (lower, includesLower) = (other.lower, other.includesLower)
            } else if other.lower == lower {
                includesLower = includesLower && other.includesLower
            }
            if other.upper < upper {
                (upper, includesUpper) = (other.upper, other.includesUpper)
            } else if other.upper == upper {
                includesUpper = includesUpper && other.includesUpper
            }
        }

        func contains(_ value: Double) -> Bool {
            (includesLower ? value >= lower : value > lower) && (includesUpper ? value <= upper : value < upper)
        }
    }

    /// Entries that wait unsorted; scanned by every query.
    private static let freshMax = 512
    private var fresh: [Entry] = []
    /// From the oldest and longest to the youngest and shortest.
    private var runs: [[Entry]] = []

    /// Puts an entry in, or takes it out.
    ///
    /// - Complexity: O(log n), amortized.
    mutating func toggle(_ value: Double, _ ordinal: UInt32) {
        guard !value.isNaN else { return }
        fresh.append(Entry(value: value, ordinal: ordinal))
        guard fresh.count == Self.freshMax else { return }
        var youngest = Self.canceled(fresh.sorted(by: <))
        fresh.removeAll(keepingCapacity: true)
        while let elder = runs.last, elder.count <= 2 * youngest.count {
            runs.removeLast()
            youngest = Self.merged(elder, youngest)
        }
        if !youngest.isEmpty { runs.append(youngest) }
    }

    /// The ordinals with a value in any of these intervals, which must not overlap.
    ///
    /// - Parameter bound: above every ordinal.
    /// - Complexity: O(intervals · log n + m log m) for few hits m, O(m + bound / 64) for many.
    func ordinals(in intervals: [Interval], bound: UInt32) -> RoaringBitmap {
        var slices: [ArraySlice<Entry>] = []
        var count = 0
        for run in runs {
            for interval in intervals {
                let slice = Self.slice(run, interval)
                guard !slice.isEmpty else { continue }
                slices.append(slice)
                count += slice.count
            }
        }
        let waiting = fresh.filter { entry in intervals.contains { $0.contains(entry.value) } }
        if !waiting.isEmpty { slices.append(waiting[...]) }
        count += waiting.count
        // A bit array costs its length once and needs no sort: it wins unless hits are rare.
        return count * 64 < Int(bound) ? Self.sorting(slices, count) : Self.toggling(slices, count, bound)
    }

    /// At least as many as ``ordinals(in:bound:)`` has: entries that cancel each other count as well.
    ///
    /// - Complexity: O(intervals · log² n).
    func countBound(in intervals: [Interval]) -> Int {
        var count = fresh.count
        for run in runs {
            for interval in intervals { count += Self.slice(run, interval).count }
        }
        return count
    }

    private static func sorting(_ slices: [ArraySlice<Entry>], _ count: Int) -> RoaringBitmap {
        var ordinals: [UInt32] = []
        ordinals.reserveCapacity(count)
        for slice in slices { for entry in slice { ordinals.append(entry.ordinal) } }
        ordinals.sort()
        var odd: [UInt32] = []
        for ordinal in ordinals {
            if odd.last == ordinal { odd.removeLast() } else { odd.append(ordinal) }
        }
        return RoaringBitmap(odd)
    }

    private static func toggling(_ slices: [ArraySlice<Entry>], _ count: Int, _ bound: UInt32) -> RoaringBitmap {
        var words = [UInt64](repeating: 0, count: Int(bound) / 64 + 1)
        words.withUnsafeMutableBufferPointer { words in
            for slice in slices {
                for entry in slice { words[Int(entry.ordinal >> 6)] ^= 1 << UInt64(entry.ordinal & 63) }
            }
        }
        var odd: [UInt32] = []
        odd.reserveCapacity(count)
        for (position, word) in words.enumerated() {
            var rest = word
            while rest != 0 {
                odd.append(UInt32(position * 64 + rest.trailingZeroBitCount))
                rest &= rest - 1
            }
        }
        return RoaringBitmap(odd)
    }

    // MARK: Runs

    private static func slice(_ run: [Entry], _ interval: Interval) -> ArraySlice<Entry> {
        let start = run.firstIndexAfterAll {
            interval.includesLower ? $0.value < interval.lower : $0.value <= interval.lower
        }
        let end = run.firstIndexAfterAll {
            interval.includesUpper ? $0.value <= interval.upper : $0.value < interval.upper
        }
        return run[start..<max(start, end)]
    }

    private static func merged(_ a: [Entry], _ b: [Entry]) -> [Entry] {
        [Entry](unsafeUninitializedCapacity: a.count + b.count) { result, count in
            var i = 0
            var j = 0
            while i < a.count && j < b.count {
                if a[i] < b[j] {
                    result.initializeElement(at: count, to: a[i])
                    i += 1
                } else if b[j] < a[i] {
                    result.initializeElement(at: count, to: b[j])
                    j += 1
                } else {
                    i += 1
                    j += 1
                    continue
                }
                count += 1
            }
            for entry in a[i...] {
                result.initializeElement(at: count, to: entry)
                count += 1
            }
            for entry in b[j...] {
                result.initializeElement(at: count, to: entry)
                count += 1
            }
        }
    }

    /// A sorted list without its pairs of equal entries.
    private static func canceled(_ sorted: [Entry]) -> [Entry] {
        var result: [Entry] = []
        result.reserveCapacity(sorted.count)
        for entry in sorted {
            if let last = result.last, !(last < entry) { result.removeLast() } else { result.append(entry) }
        }
        return result
    }
}

extension Array {
    /// The length of the prefix whose elements satisfy a predicate that is true up to there and false from there on.
    fileprivate func firstIndexAfterAll(_ predicate: (Element) -> Bool) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if predicate(self[middle]) { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
