import Engine
import VectorIndex

/// What all indexes hold together.
public struct PineconeTotals: Sendable {
    public var indexes = 0
    public var namespaces = 0
    public var records = 0
    public var vectors = 0
    /// Vectors that a graph covers; the others are scanned exactly.
    public var sealedVectors = 0
}

extension PineconeService {
    /// - Complexity: O(namespaces).
    public func totals() -> PineconeTotals {
        var totals = PineconeTotals()
        for index in indexes() {
            totals.indexes += 1
            for namespace in store.namespaces(index.collection) {
                let snapshot = namespace.snapshot
                totals.namespaces += 1
                totals.records += snapshot.recordCount
                totals.vectors += snapshot.index.liveCount
                totals.sealedVectors += snapshot.index.sealedCount
            }
        }
        return totals
    }
}
