import Engine
import Vectors

/// Small records that are neither works nor memories: settings of agents, decisions of reviews, calibrations.
///
/// They are records without vectors of a collection of their own, so that they have the same checksums, sequence and
/// transactions as everything else.
enum FactStore {
    static let collection = "facts"
    /// No fact has a vector; a collection has a dimension all the same.
    static let specification = CollectionSpecification(
        name: collection, dimension: 1, metric: .cosine, embedder: "none", hasLineage: false)

    /// What facts are about. Raw values are names of namespaces.
    enum Kind: String, CaseIterable {
        case nexus, review, calibration
    }

    /// Sets a fact.
    ///
    /// - Returns: the record as it stands now.
    static func put(
        _ key: String, _ payload: [UInt8], kind: Kind, in transaction: StoreTransaction
    ) throws -> Record {
        let namespace = try transaction.namespace(collection, kind.rawValue)
        if let record = try transaction.record(key, in: namespace) {
            return try transaction.update(record.ordinal, in: namespace, RecordChange(payload: payload))
        }
        let ordinal = try transaction.insert(
            RecordDraft(key: key, createdAt: transaction.now, payload: payload), in: namespace)
        guard let record = try transaction.record(ordinal, in: namespace) else {
            throw EngineError(.internal, "a fact that was just stored cannot be read")
        }
        return record
    }

    /// Removes a fact.
    ///
    /// - Returns: the sequence of the change, `nil` when there was none.
    static func remove(_ key: String, kind: Kind, in transaction: StoreTransaction) throws -> UInt64? {
        let namespace = try transaction.namespace(collection, kind.rawValue)
        guard let record = try transaction.record(key, in: namespace) else { return nil }
        try transaction.delete(record.ordinal, in: namespace)
        return try transaction.seq(namespace)
    }
}
