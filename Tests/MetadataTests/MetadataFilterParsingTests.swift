import Metadata
import Testing

@Suite struct MetadataFilterParsingTests {
    private func object(_ members: (String, FilterNode)...) -> FilterNode {
        .object(members.map { (name: $0.0, value: $0.1) })
    }

    @Test func readsEveryOperator() throws {
        let node = object(
            ("genre", .string("drama")),
            ("year", object(("$gte", .number(2000)), ("$lt", .number(2010)))),
            (
                "$or",
                .array([
                    object(("a", object(("$eq", .bool(true))))), object(("a", object(("$ne", .string("x"))))),
                    object(("a", object(("$in", .array([.string("x"), .number(1), .bool(false)]))))),
                ])
            ),
            (
                "$and",
                .array([
                    object(("b", object(("$nin", .array([]))))), object(("b", object(("$exists", .bool(false))))),
                    object(("b", object(("$gt", .number(-1)), ("$lte", .number(1))))),
                ])
            ))
        let expected = MetadataFilter.and([
            .equals("genre", .string("drama")),
            .greaterOrEqual("year", to: 2000), .less("year", than: 2010),
            .or([
                .equals("a", .bool(true)), .notEquals("a", .string("x")),
                .isIn("a", [.string("x"), .number(1), .bool(false)]),
            ]),
            .and([
                .isNotIn("b", []), .exists("b", false), .and([.greater("b", than: -1), .lessOrEqual("b", to: 1)]),
            ]),
        ])
        #expect(try MetadataFilter(parsing: node) == expected)
    }

    @Test func errorsNameThePathAndTheLimit() {
        let cases: [(node: FilterNode, path: String, limit: String)] = [
            (.string("x"), "", "object"),
            (object(), "", "≥ 1 condition"),
            (object(("$nor", .array([]))), "$nor", "$and, $or, or a field"),
            (object(("$and", .array([]))), "$and", "≥ 1 filter"),
            (object(("$or", object(("a", .number(1))))), "$or", "≥ 1 filter"),
            (object(("$and", .array([object(("a", .number(1))), .number(3)]))), "$and[1]", "object"),
            (object(("year", object())), "year", "≥ 1 operator"),
            (object(("year", object(("$gt", .string("2000"))))), "year.$gt", "number"),
            (object(("year", object(("$lte", .bool(true))))), "year.$lte", "number"),
            (object(("year", object(("$gte", .number(.infinity))))), "year.$gte", "finite number"),
            (object(("year", .number(.nan))), "year", "finite number"),
            (object(("year", object(("$in", .number(1))))), "year.$in", "list"),
            (object(("a", object(("$nin", .array([.null]))))), "a.$nin[0]", "string, number, boolean"),
            (object(("a", object(("$exists", .number(1))))), "a.$exists", "true, false"),
            (
                object(("a", object(("$regex", .string("x"))))), "a.$regex",
                "$eq, $ne, $gt, $gte, $lt, $lte, $in, $nin, $exists"
            ),
            (object(("a", .null)), "a", "string, number, boolean"),
            (object(("tags", .array([.string("x")]))), "tags", "string, number, boolean"),
            (
                object(("$and", .array([object(("year", object(("$gt", .null))))]))), "$and[0].year.$gt", "number"
            ),
        ]
        for (node, path, limit) in cases {
            #expect(throws: FilterError.self, "\(node)") { try MetadataFilter(parsing: node) }
            do {
                _ = try MetadataFilter(parsing: node)
            } catch {
                #expect(error.path == path, "\(node)")
                #expect(error.limit == limit, "\(node)")
            }
        }
    }

    @Test func listsEndAtTheirLimit() throws {
        func node(_ count: Int) -> FilterNode {
            object(("a", object(("$in", .array((0..<count).map { .number(Double($0)) })))))
        }
        let most = try MetadataFilter(parsing: node(MetadataFilter.listCountMax))
        #expect(most.matches(["a": .number(9_999)]))
        #expect {
            try MetadataFilter(parsing: node(MetadataFilter.listCountMax + 1))
        } throws: {
            ($0 as? FilterError)?.limit == "10000 values" && ($0 as? FilterError)?.path == "a.$in"
        }
    }

    @Test func depthEndsAtItsLimit() throws {
        func node(_ depth: Int) -> FilterNode {
            (0..<depth).reduce(object(("a", .number(1)))) { inner, _ in object(("$and", .array([inner]))) }
        }
        #expect(try MetadataFilter(parsing: node(MetadataFilter.depthMax)).matches(["a": .number(1)]))
        #expect {
            try MetadataFilter(parsing: node(MetadataFilter.depthMax + 1))
        } throws: {
            ($0 as? FilterError)?.limit == "16 levels"
        }
    }

    @Test func conditionsEndAtTheirLimit() throws {
        func node(_ count: Int) -> FilterNode {
            .object((0..<count).map { (name: "f\($0)", value: .number(1)) })
        }
        #expect(try !MetadataFilter(parsing: node(MetadataFilter.conditionCountMax)).matches([:]))
        #expect {
            try MetadataFilter(parsing: node(MetadataFilter.conditionCountMax + 1))
        } throws: {
            ($0 as? FilterError)?.limit == "1024 conditions"
        }
    }

    @Test func typesNeverConvert() {
        let record: MetadataRecord = [
            "n": .number(1), "s": .string("1"), "b": .bool(true), "l": .strings(["1", "x"]),
        ]
        #expect(MetadataFilter.equals("n", .number(1)).matches(record))
        #expect(!MetadataFilter.equals("n", .string("1")).matches(record))
        #expect(!MetadataFilter.equals("s", .number(1)).matches(record))
        #expect(!MetadataFilter.equals("b", .number(1)).matches(record))
        #expect(!MetadataFilter.greater("s", than: 0).matches(record))
        #expect(MetadataFilter.equals("l", .string("x")).matches(record))
        #expect(MetadataFilter.isIn("l", [.string("z"), .string("1")]).matches(record))
        #expect(!MetadataFilter.isNotIn("l", [.string("x")]).matches(record))
        #expect(!MetadataFilter.equals("l", .strings(["1", "x"])).matches(record))
    }
}
