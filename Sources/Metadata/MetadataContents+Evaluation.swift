extension MetadataContents {
    /// The ordinals of all records that satisfy a filter.
    func ordinals(_ filter: MetadataFilter) -> RoaringBitmap {
        switch filter {
        case .equals(let field, let value): anyOf(field, [value])
        case .notEquals(let field, let value): all.subtracting(anyOf(field, [value]))
        case .isIn(let field, let values): anyOf(field, values)
        case .isNotIn(let field, let values): all.subtracting(anyOf(field, values))
        case .exists(let field, true): present(field)
        case .exists(let field, false): all.subtracting(present(field))
        case .greater, .greaterOrEqual, .less, .lessOrEqual:
            filter.comparison.map { range($0.field, $0.interval) } ?? RoaringBitmap()
        case .and(let members): ordinals(Conjunction(members))
        case .or(let members): RoaringBitmap.union(of: members.map(ordinals))
        }
    }

    /// From the condition that fewest records can satisfy to the one that most can, so that an empty one ends it early;
    /// what negations name is taken away from what the others leave.
    private func ordinals(_ conjunction: Conjunction) -> RoaringBitmap {
        var steps: [(bound: Int, evaluate: () -> RoaringBitmap)] = []
        for (field, interval) in conjunction.intervals {
            steps.append((countBound(field, interval), { range(field, interval) }))
        }
        for member in conjunction.others { steps.append((countBound(member), { ordinals(member) })) }
        steps.sort { $0.bound < $1.bound }
        guard steps.first?.bound != 0 else { return RoaringBitmap() }
        var result = steps.first?.evaluate() ?? all
        for step in steps.dropFirst() {
            guard !result.isEmpty else { return result }
            result.formIntersection(step.evaluate())
        }
        for negation in conjunction.negations {
            guard !result.isEmpty else { return result }
            result.subtract(ordinals(negation))
        }
        return result
    }

    /// At least as many as there are such ordinals, from counts alone.
    func countBound(_ filter: MetadataFilter) -> Int {
        switch filter {
        case .equals(let field, let value): countBound(field, [value])
        case .isIn(let field, let values): countBound(field, values)
        case .notEquals, .isNotIn, .exists(_, false): all.count
        case .exists(let field, true): present(field).count
        case .greater, .greaterOrEqual, .less, .lessOrEqual:
            filter.comparison.map { countBound($0.field, $0.interval) } ?? 0
        case .and(let members): members.reduce(all.count) { min($0, countBound($1)) }
        case .or(let members): min(all.count, members.reduce(0) { $0 + countBound($1) })
        }
    }
}

/// The members of an `$and`, sorted by how they are answered.
private struct Conjunction {
    /// What all comparisons of one field leave: a record has one number per field, so that the records with a number in each
    /// of several intervals are those with one in their intersection.
    var intervals: [String: NumberRuns.Interval] = [:]
    /// Conditions whose negations are members.
    var negations: [MetadataFilter] = []
    var others: [MetadataFilter] = []

    init(_ members: [MetadataFilter]) { add(members) }

    private mutating func add(_ members: [MetadataFilter]) {
        for member in members {
            switch member {
            case .and(let inner): add(inner)
            case .notEquals(let field, let value): negations.append(.equals(field, value))
            case .isNotIn(let field, let values): negations.append(.isIn(field, values))
            case .exists(let field, false): negations.append(.exists(field, true))
            default:
                if let (field, interval) = member.comparison {
                    intervals[field, default: .init()].formIntersection(interval)
                } else {
                    others.append(member)
                }
            }
        }
    }
}

extension MetadataFilter {
    /// The field and the interval of a comparison; `nil` for other conditions.
    fileprivate var comparison: (field: String, interval: NumberRuns.Interval)? {
        switch self {
        case .greater(let field, let limit): (field, .init(lower: limit, includesLower: false))
        case .greaterOrEqual(let field, let limit): (field, .init(lower: limit))
        case .less(let field, let limit): (field, .init(upper: limit, includesUpper: false))
        case .lessOrEqual(let field, let limit): (field, .init(upper: limit))
        default: nil
        }
    }
}
