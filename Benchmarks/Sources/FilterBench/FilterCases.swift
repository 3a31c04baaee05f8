import Metadata

/// The filters that are measured: each operator alone on the types that it is for, then nested ones.
struct FilterCase {
    var name: String
    var filter: MetadataFilter

    static let all: [FilterCase] = operators + nested

    private static let operators: [FilterCase] = [
        .init(name: "$eq string, 1 of 20", filter: .equals("genre", .string("genre-0"))),
        .init(name: "$eq string, unique", filter: .equals("url", .string("https://example.org/works/4711"))),
        .init(name: "$eq list element", filter: .equals("tags", .string("tag-3"))),
        .init(name: "$eq boolean", filter: .equals("isPublic", .bool(true))),
        .init(name: "$eq number", filter: .equals("year", .number(2_000))),
        .init(name: "$ne string", filter: .notEquals("genre", .string("genre-0"))),
        .init(name: "$ne number", filter: .notEquals("year", .number(2_000))),
        .init(name: "$gt, 1 %", filter: .greater("price", than: 990)),
        .init(name: "$gte, half", filter: .greaterOrEqual("price", to: 500)),
        .init(name: "$lt, 90 %", filter: .less("price", than: 900)),
        .init(name: "$lte, all", filter: .lessOrEqual("createdAt", to: 1e300)),
        .init(name: "$gte and $lt, 0.1 %", filter: range("createdAt", 1.73e12, 1.73e12 + 6.9e7)),
        .init(name: "$gte and $lt, half", filter: range("price", 250, 750)),
        .init(name: "$in 5 strings", filter: .isIn("genre", (1...5).map { .string("genre-\($0)") })),
        .init(name: "$in 1,000 strings", filter: .isIn("creator", (0..<1_000).map { .string("creator-\($0)") })),
        .init(name: "$in 10 numbers", filter: .isIn("year", (0..<10).map { .number(Double(1_960 + $0 * 5)) })),
        .init(name: "$nin 5 strings", filter: .isNotIn("genre", (1...5).map { .string("genre-\($0)") })),
        .init(name: "$nin 10 numbers", filter: .isNotIn("year", (0..<10).map { .number(Double(1_960 + $0 * 5)) })),
        .init(name: "$exists true", filter: .exists("genre", true)),
        .init(name: "$exists false", filter: .exists("genre", false)),
    ]

    private static let nested: [FilterCase] = [
        .init(
            name: "$and of 3",
            filter: .and([
                .equals("isPublic", .bool(true)), .equals("genre", .string("genre-2")),
                .greaterOrEqual("year", to: 1_990),
            ])),
        .init(
            name: "$and, one record",
            filter: .and([
                .greaterOrEqual("price", to: 1), .equals("url", .string("https://example.org/works/4711")),
            ])),
        .init(
            name: "$or of 3",
            filter: .or([
                .equals("genre", .string("genre-9")), .equals("language", .string("ja")), .less("pages", than: 10),
            ])),
        .init(
            name: "$or of $and",
            filter: .or([
                .and([.equals("genre", .string("genre-1")), range("year", 1_980, 1_990)]),
                .and([.isIn("tags", [.string("tag-1"), .string("tag-2")]), .equals("isPublic", .bool(false))]),
            ])),
        .init(
            name: "$and of $or of $and",
            filter: .and([
                .notEquals("language", .string("en")),
                .or([
                    .and([.equals("genre", .string("genre-3")), .greater("price", than: 300)]),
                    .and([.equals("creator", .string("creator-7")), .exists("tags", true)]),
                    range("createdAt", 1.71e12, 1.72e12),
                ]),
                .isNotIn("tags", [.string("tag-0"), .string("tag-199")]),
            ])),
    ]

    private static func range(_ field: String, _ lower: Double, _ upper: Double) -> MetadataFilter {
        .and([.greaterOrEqual(field, to: lower), .less(field, than: upper)])
    }
}
