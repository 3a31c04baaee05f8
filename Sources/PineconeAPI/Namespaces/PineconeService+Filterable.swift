import Engine
import Metadata

extension PineconeService {
    /// Refuses a filter on a field that the schema of the namespace, or else that of the index, does not name.
    ///
    /// Silence would be worse than an error: under `$ne` such a field matches every record, also in a deletion.
    ///
    /// - Throws: `invalidArgument` naming the field and those that can be filtered by.
    func checkFilterable(_ filter: MetadataFilter?, in namespace: String, of index: PineconeIndex) throws {
        guard let filter,
            let fields = catalog.filterableFields(of: index.id, namespace: namespace) ?? index.filterableFields,
            let other = filter.firstField(besides: Set(fields))
        else { return }
        let named = fields.isEmpty ? "none" : fields.prefix(20).joined(separator: ", ")
        throw EngineError.refused(
            "filter.\(other)", "filter.\(other) is not filterable: the schema names \(named)", limit: named)
    }
}

extension MetadataFilter {
    /// A field that some condition is about and that is not among `known`; `nil` when all are.
    fileprivate func firstField(besides known: Set<String>) -> String? {
        switch self {
        case .equals(let field, _), .notEquals(let field, _), .greater(let field, _), .greaterOrEqual(let field, _),
            .less(let field, _), .lessOrEqual(let field, _), .isIn(let field, _), .isNotIn(let field, _),
            .exists(let field, _):
            known.contains(field) ? nil : field
        case .and(let members), .or(let members):
            members.lazy.compactMap { $0.firstField(besides: known) }.first
        }
    }
}
