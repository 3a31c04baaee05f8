extension MetadataFilter {
    /// Values that one `$in` or `$nin` may list.
    public static let listCountMax = 10_000
    /// Levels of `$and` and `$or`.
    public static let depthMax = 16
    /// Conditions of one filter.
    public static let conditionCountMax = 1_024

    /// Reads a filter.
    ///
    /// - Throws: `FilterError` naming the path, what was expected there, and the limit.
    /// - Complexity: O(nodes).
    public init(parsing node: FilterNode) throws(FilterError) {
        var parser = FilterParser()
        self = try parser.filter(node, path: "", depth: 0)
    }
}

private struct FilterParser {
    private var conditionCount = 0

    mutating func filter(_ node: FilterNode, path: String, depth: Int) throws(FilterError) -> MetadataFilter {
        guard depth <= MetadataFilter.depthMax else {
            throw FilterError(path: path, message: "is nested too deeply", limit: "\(MetadataFilter.depthMax) levels")
        }
        guard case .object(let members) = node else {
            throw FilterError(path: path, message: "must be an object", limit: "object")
        }
        guard !members.isEmpty else {
            throw FilterError(path: path, message: "must hold at least one condition", limit: "≥ 1 condition")
        }
        var conditions: [MetadataFilter] = []
        for (name, value) in members {
            let here = path.isEmpty ? name : "\(path).\(name)"
            switch name {
            case "$and": conditions.append(.and(try filters(value, path: here, depth: depth)))
            case "$or": conditions.append(.or(try filters(value, path: here, depth: depth)))
            default:
                guard !name.hasPrefix("$") else {
                    throw FilterError(path: here, message: "is not an operator here", limit: "$and, $or, or a field")
                }
                conditions += try field(name, value, path: here)
            }
        }
        return conditions.count == 1 ? conditions[0] : .and(conditions)
    }

    private mutating func filters(
        _ node: FilterNode, path: String, depth: Int
    ) throws(FilterError) -> [MetadataFilter] {
        guard case .array(let members) = node, !members.isEmpty else {
            throw FilterError(path: path, message: "must be a list of at least one filter", limit: "≥ 1 filter")
        }
        var filters: [MetadataFilter] = []
        for (position, member) in members.enumerated() {
            filters.append(try filter(member, path: "\(path)[\(position)]", depth: depth + 1))
        }
        return filters
    }

    private mutating func field(
        _ name: String, _ node: FilterNode, path: String
    ) throws(FilterError) -> [MetadataFilter] {
        guard case .object(let operators) = node else {
            try count(path)
            return [.equals(name, try scalar(node, path: path))]
        }
        guard !operators.isEmpty else {
            throw FilterError(path: path, message: "must hold at least one operator", limit: "≥ 1 operator")
        }
        var conditions: [MetadataFilter] = []
        for (symbol, argument) in operators {
            let here = "\(path).\(symbol)"
            try count(here)
            switch symbol {
            case "$eq": conditions.append(.equals(name, try scalar(argument, path: here)))
            case "$ne": conditions.append(.notEquals(name, try scalar(argument, path: here)))
            case "$gt": conditions.append(.greater(name, than: try number(argument, path: here)))
            case "$gte": conditions.append(.greaterOrEqual(name, to: try number(argument, path: here)))
            case "$lt": conditions.append(.less(name, than: try number(argument, path: here)))
            case "$lte": conditions.append(.lessOrEqual(name, to: try number(argument, path: here)))
            case "$in": conditions.append(.isIn(name, try list(argument, path: here)))
            case "$nin": conditions.append(.isNotIn(name, try list(argument, path: here)))
            case "$exists":
                guard case .bool(let isPresent) = argument else {
                    throw FilterError(path: here, message: "must be true or false", limit: "true, false")
                }
                conditions.append(.exists(name, isPresent))
            default:
                throw FilterError(
                    path: here, message: "is not an operator",
                    limit: "$eq, $ne, $gt, $gte, $lt, $lte, $in, $nin, $exists")
            }
        }
        return conditions
    }

    private mutating func count(_ path: String) throws(FilterError) {
        conditionCount += 1
        guard conditionCount <= MetadataFilter.conditionCountMax else {
            throw FilterError(
                path: path, message: "is one condition too many",
                limit: "\(MetadataFilter.conditionCountMax) conditions")
        }
    }

    private func scalar(_ node: FilterNode, path: String) throws(FilterError) -> MetadataValue {
        switch node {
        case .string(let text): .string(text)
        case .number: .number(try number(node, path: path))
        case .bool(let flag): .bool(flag)
        default:
            throw FilterError(
                path: path, message: "must be a string, a number or a boolean", limit: "string, number, boolean")
        }
    }

    private func number(_ node: FilterNode, path: String) throws(FilterError) -> Double {
        guard case .number(let number) = node else {
            throw FilterError(path: path, message: "must be a number", limit: "number")
        }
        guard number.isFinite else {
            throw FilterError(path: path, message: "must be a finite number", limit: "finite number")
        }
        return number
    }

    private func list(_ node: FilterNode, path: String) throws(FilterError) -> [MetadataValue] {
        guard case .array(let elements) = node else {
            throw FilterError(path: path, message: "must be a list", limit: "list")
        }
        guard elements.count <= MetadataFilter.listCountMax else {
            throw FilterError(
                path: path, message: "lists \(elements.count) values", limit: "\(MetadataFilter.listCountMax) values")
        }
        var values: [MetadataValue] = []
        values.reserveCapacity(elements.count)
        for (position, element) in elements.enumerated() {
            values.append(try scalar(element, path: "\(path)[\(position)]"))
        }
        return values
    }
}
