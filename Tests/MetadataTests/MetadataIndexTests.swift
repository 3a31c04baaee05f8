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

        /// Some equal but for how an accent is written, some longer than a key holds, some that agree in its first bytes.
        mutating func string() -> String {
            pick([
                "a", "b", "", "1", "true", "\u{E9}", "e\u{301}", "fifteen bytes!!", "sixteen bytes !!!",
                "sixteen bytes !!?", String(repeating: "long ", count: 20), String(repeating: "long ", count: 21),
            ])
        }

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
        var ordinals: [UInt32] = []
        var next: UInt32 = 0
        for step in 0..<recordCount * 3 {
            let action = Int.random(in: 0..<6, using: &world.generator)
            if action < 3 || records.isEmpty {
                // Gaps, as deleted records leave them.
                next += UInt32.random(in: 1...3, using: &world.generator)
                let record = world.record()
                records[next] = record
                ordinals.append(next)
                index.insert(next, record)
            } else {
                let position = Int.random(in: 0..<ordinals.count, using: &world.generator)
                let ordinal = ordinals[position]
                let old = records[ordinal] ?? [:]
                if action < 5 {
                    // Whole, or all but one field as it was.
                    var record = world.record()
                    if action == 4 {
                        let field = world.pick(World.fields)
                        record = old.merging([field: record[field] ?? .bool(true)]) { $1 }
                    }
                    records[ordinal] = record
                    index.replace(ordinal, old, with: record)
                } else {
                    index.remove(ordinal, old)
                    records[ordinal] = nil
                    ordinals.remove(at: position)
                }
            }
            guard step % (recordCount / 20) == 0 else { continue }
            for _ in 0..<20 {
                let filter = world.filter(depth: 3)
                let expected = ordinals.filter { filter.matches(records[$0] ?? [:]) }
                #expect(index.evaluate(filter).values == expected, "seed \(seed), step \(step), \(filter)")
                let bound = index.countBound(filter)
                #expect(bound >= expected.count && bound <= 2 * records.count + 1_024, "seed \(seed), \(filter)")
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

    /// All comparisons of one field are one interval: open and closed ends, in any order, nested, and contradicting ones.
    @Test func comparisonsOfOneFieldMeet() {
        let index = MetadataIndex()
        for number in 0..<100 { index.insert(UInt32(number), ["n": .number(Double(number))]) }
        func values(_ members: MetadataFilter...) -> [UInt32] { index.evaluate(.and(members)).values }
        #expect(values(.greater("n", than: 3), .less("n", than: 6)) == [4, 5])
        #expect(values(.greaterOrEqual("n", to: 3), .greater("n", than: 3), .lessOrEqual("n", to: 4)) == [4])
        #expect(values(.less("n", than: 2), .and([.lessOrEqual("n", to: 2), .notEquals("n", .number(0))])) == [1])
        #expect(values(.greater("n", than: 7), .less("n", than: 7)) == [])
        #expect(values(.greater("n", than: 7), .less("n", than: 3)) == [])
        #expect(values(.greaterOrEqual("n", to: 7), .lessOrEqual("n", to: 7)) == [7])
        #expect(values(.greater("n", than: 97), .exists("n", false)) == [])
    }

    /// Bounds are exact where a value has a set of its own, and cost no evaluation.
    @Test func countsAreKnownBeforehand() {
        let index = MetadataIndex()
        for number in 0..<1_000 {
            index.insert(
                UInt32(number),
                ["id": .string("record \(number) of a thousand"), "even": .bool(number % 2 == 0), "n": .number(1)])
        }
        #expect(index.countBound(.equals("id", .string("record 7 of a thousand"))) == 1)
        #expect(index.countBound(.equals("even", .bool(true))) == 500)
        #expect(index.countBound(.equals("none", .bool(true))) == 0)
        #expect(index.countBound(.and([.exists("n", true), .isIn("even", [.bool(false)])])) == 500)
        #expect(index.countBound(.or([.equals("id", .string("?")), .notEquals("even", .bool(true))])) == 1_000)
    }

    /// A change is one change: each record has one of two values of each field at any time, never both or neither.
    @Test func readersSeeWholeChanges() async {
        let index = MetadataIndex()
        let count: UInt32 = 200
        for ordinal in 0..<count { index.insert(ordinal, ["side": .string("left"), "n": .number(0)]) }
        let either = MetadataFilter.or([.equals("side", .string("left")), .equals("side", .string("right"))])
        let both = MetadataFilter.and([.equals("side", .string("left")), .equals("side", .string("right"))])
        let torn = await withTaskGroup(of: Int.self) { group in
            for _ in 0..<3 {
                group.addTask {
                    var torn = 0
                    for _ in 0..<300 {
                        if index.evaluate(either).count != Int(count) { torn += 1 }
                        if index.evaluate(.less("n", than: 1e9)).count != Int(count) { torn += 1 }
                        if !index.evaluate(both).isEmpty { torn += 1 }
                    }
                    return torn
                }
            }
            group.addTask {
                for round in 0..<20 {
                    let (old, new) = round % 2 == 0 ? ("left", "right") : ("right", "left")
                    for ordinal in 0..<count {
                        index.replace(
                            ordinal, ["side": .string(old), "n": .number(Double(round))],
                            with: ["side": .string(new), "n": .number(Double(round + 1))])
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
