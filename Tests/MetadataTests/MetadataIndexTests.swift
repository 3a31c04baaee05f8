import Dispatch
import Metadata
import TestSupport
import Testing

@Suite struct MetadataIndexTests {
    /// Few fields and few values, so that conditions overlap; every type in every field.
    private struct World {
        var generator: SeededGenerator
        static let fields = ["kind", "year", "tags", "flag", "mixed"]

        mutating func pick<Element>(_ elements: [Element]) -> Element {
            elements[Int.random(in: 0..<elements.count, using: &generator)]
        }

        mutating func string() -> String { pick(["a", "b", "c", "", "é", "1", "true"]) }

        mutating func number() -> Double {
            pick([
                -0.0, 0.0, 1, -1, 2.5, 1e300, -1e300, .leastNonzeroMagnitude,
                Double(Int.random(in: 0..<40, using: &generator)),
            ])
        }

        mutating func scalar() -> MetadataValue {
            switch Int.random(in: 0..<3, using: &generator) {
            case 0: .string(string())
            case 1: .number(number())
            default: .bool(Bool.random(using: &generator))
            }
        }

        mutating func value() -> MetadataValue {
            guard Int.random(in: 0..<4, using: &generator) == 0 else { return scalar() }
            return .strings((0..<Int.random(in: 0...4, using: &generator)).map { _ in string() })
        }

        mutating func record() -> MetadataRecord {
            var record: MetadataRecord = [:]
            for field in Self.fields where Bool.random(using: &generator) { record[field] = value() }
            return record
        }

        mutating func filter(depth: Int) -> MetadataFilter {
            let field = pick(Self.fields + ["absent"])
            switch Int.random(in: 0..<(depth > 0 ? 13 : 9), using: &generator) {
            case 0: return .equals(field, scalar())
            case 1: return .notEquals(field, scalar())
            case 2: return .greater(field, than: number())
            case 3: return .greaterOrEqual(field, to: number())
            case 4: return .less(field, than: number())
            case 5: return .lessOrEqual(field, to: number())
            case 6: return .isIn(field, (0..<Int.random(in: 0...5, using: &generator)).map { _ in scalar() })
            case 7: return .isNotIn(field, (0..<Int.random(in: 0...5, using: &generator)).map { _ in scalar() })
            case 8: return .exists(field, Bool.random(using: &generator))
            case 9, 10:
                return .and((0..<Int.random(in: 0...3, using: &generator)).map { _ in filter(depth: depth - 1) })
            default: return .or((0..<Int.random(in: 0...3, using: &generator)).map { _ in filter(depth: depth - 1) })
            }
        }
    }

    /// Enough records that numbers lie in several merged runs, and updates that leave canceled entries in them.
    @Test(arguments: [40, 3_000])
    func agreesWithTheOracleThroughChanges(recordCount: Int) {
        let seed = testSeed()
        var world = World(generator: SeededGenerator(seed: seed))
        let index = MetadataIndex()
        var records: [UInt32: MetadataRecord] = [:]
        var next: UInt32 = 0
        for step in 0..<recordCount * 3 {
            let action = Int.random(in: 0..<6, using: &world.generator)
            if action < 3 || records.isEmpty {
                // Gaps, as deleted records leave them.
                next += UInt32.random(in: 1...3, using: &world.generator)
                let record = world.record()
                records[next] = record
                index.insert(next, record)
            } else {
                let ordinal = world.pick(records.keys.sorted())
                index.remove(ordinal, records[ordinal] ?? [:])
                records[ordinal] = nil
                if action < 5 {
                    let record = world.record()
                    records[ordinal] = record
                    index.insert(ordinal, record)
                }
            }
            guard step % (recordCount / 20) == 0 else { continue }
            for _ in 0..<20 {
                let filter = world.filter(depth: 3)
                let expected = records.filter { filter.matches($0.value) }.keys.sorted()
                #expect(index.evaluate(filter).values == expected, "seed \(seed), step \(step), \(filter)")
            }
        }
    }

    /// Times: every value is its own, which is what a range is asked of most.
    @Test func rangesOverManyDistinctNumbers() {
        let seed = testSeed()
        var generator = SeededGenerator(seed: seed)
        let index = MetadataIndex()
        let count = 20_000
        let values = (0..<count).map(Double.init).shuffled(using: &generator)
        for (ordinal, value) in values.enumerated() { index.insert(UInt32(ordinal), ["at": .number(value)]) }
        for _ in 0..<50 {
            let lower = Double.random(in: -10..<20_010, using: &generator).rounded()
            let width = Double([0, 1, 30, 500, 20_000].randomElement(using: &generator) ?? 0)
            let filter = MetadataFilter.and([.greaterOrEqual("at", to: lower), .less("at", than: lower + width)])
            let expected = values.indices.filter { values[$0] >= lower && values[$0] < lower + width }.map(UInt32.init)
            #expect(index.evaluate(filter).values == expected, "seed \(seed), \(lower) + \(width)")
        }
        for (ordinal, value) in values.enumerated() { index.remove(UInt32(ordinal), ["at": .number(value)]) }
        #expect(index.evaluate(.less("at", than: .infinity)).isEmpty)
        #expect(index.evaluate(.exists("at", true)).isEmpty)
    }

    @Test func negationsHoldForRecordsWithoutTheField() {
        let index = MetadataIndex()
        index.insert(1, ["kind": .string("a")])
        index.insert(2, [:])
        index.insert(3, ["kind": .strings(["a", "b"])])
        #expect(index.evaluate(.notEquals("kind", .string("a"))).values == [2])
        #expect(index.evaluate(.isNotIn("kind", [.string("b")])).values == [1, 2])
        #expect(index.evaluate(.exists("kind", false)).values == [2])
        #expect(index.evaluate(.equals("kind", .string("b"))).values == [3])
    }

    @Test func aNaNIsInNoRangeAndEqualsNothing() {
        let index = MetadataIndex()
        let record: MetadataRecord = ["x": .number(.nan)]
        index.insert(7, record)
        #expect(index.evaluate(.lessOrEqual("x", to: .infinity)).isEmpty)
        #expect(index.evaluate(.equals("x", .number(.nan))).isEmpty)
        #expect(index.evaluate(.isIn("x", [.number(.nan), .number(1)])).isEmpty)
        #expect(index.evaluate(.exists("x", true)).values == [7])
        index.remove(7, record)
        #expect(index.evaluate(.exists("x", true)).isEmpty)
    }

    /// Each record satisfies exactly one of two conditions at any time; a torn read would show both or neither.
    @Test func readersSeeWholeChanges() async {
        let index = MetadataIndex()
        let count: UInt32 = 200
        for ordinal in 0..<count { index.insert(ordinal, ["side": .string("left"), "n": .number(0)]) }
        let filter = MetadataFilter.or([.equals("side", .string("left")), .equals("side", .string("right"))])
        let torn = await withTaskGroup(of: Int.self) { group in
            for _ in 0..<3 {
                group.addTask {
                    var torn = 0
                    for _ in 0..<300 {
                        // One record may be out of the index between a removal and its insertion, never more.
                        if index.evaluate(filter).count < Int(count) - 1 { torn += 1 }
                        if index.evaluate(.less("n", than: 1e9)).count < Int(count) - 1 { torn += 1 }
                    }
                    return torn
                }
            }
            group.addTask {
                for round in 0..<20 {
                    let (old, new) = round % 2 == 0 ? ("left", "right") : ("right", "left")
                    for ordinal in 0..<count {
                        index.remove(ordinal, ["side": .string(old), "n": .number(Double(round))])
                        index.insert(ordinal, ["side": .string(new), "n": .number(Double(round + 1))])
                    }
                }
                return 0
            }
            return await group.reduce(0, +)
        }
        #expect(torn == 0)
        #expect(index.evaluate(.equals("side", .string("left"))).count == Int(count))
        #expect(index.evaluate(.equals("n", .number(20))).count == Int(count))
    }
}
