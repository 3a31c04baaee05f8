import Engine
import Metadata
import SparseIndex
import Synchronization

/// The inverted indexes of all namespaces that have sparse vectors, by the engine's number of the namespace.
///
/// The truth has the vectors in the records' payloads. Indexes are changed on the writer's queue, after the commit and before
/// the namespace's next snapshot: they cover at least what a snapshot shows.
final class SparseDirectory: Sendable {
    private let indexes = Mutex<[Int64: SparseIndex]>([:])

    func index(of namespace: Namespace) -> SparseIndex? { indexes.withLock { $0[namespace.id] } }

    private func indexForWriting(of namespace: Namespace) -> SparseIndex {
        indexes.withLock { indexes in
            if let found = indexes[namespace.id] { return found }
            let made = SparseIndex()
            indexes[namespace.id] = made
            return made
        }
    }

    func remove(_ namespaces: [Namespace]) {
        indexes.withLock { indexes in
            for namespace in namespaces { indexes[namespace.id] = nil }
        }
    }

    // MARK: Start

    /// Takes a stored record.
    func load(_ record: LoadedRecord, in namespace: Namespace) throws {
        guard let sparse = try SparseValues.decode(record.payload) else { return }
        indexForWriting(of: namespace).insert(record.ordinal, try SparseVector(sparse))
    }

    /// Shows what was loaded.
    func publish() {
        for index in indexes.withLock({ Array($0.values) }) { index.publish() }
    }

    // MARK: Changes

    /// What one transaction changes in a namespace.
    struct Changes {
        private var changes: [(ordinal: UInt32, vector: SparseVector?)] = []

        init() {}

        mutating func set(_ ordinal: UInt32, _ sparse: SparseValues?) throws {
            changes.append((ordinal, try sparse.map { try SparseVector($0) }))
        }

        mutating func remove(_ ordinal: UInt32) { changes.append((ordinal, nil)) }

        /// Applies everything after the commit of a transaction.
        func apply(_ directory: SparseDirectory, _ namespace: Namespace, after transaction: StoreTransaction) {
            // Most namespaces have no sparse vectors, and need no index to say so.
            guard changes.contains(where: { $0.vector != nil }) || directory.index(of: namespace) != nil else { return }
            let changes = changes
            transaction.afterCommit {
                let index = directory.indexForWriting(of: namespace)
                for change in changes {
                    if let vector = change.vector {
                        index.insert(change.ordinal, vector)
                    } else {
                        index.remove(change.ordinal)
                    }
                }
                index.publish()
            }
        }
    }
}

extension SparseVector {
    /// - Throws: `dataLoss`, since what was stored was checked before.
    init(_ sparse: SparseValues) throws {
        do throws(SparseVectorError) {
            try self.init(indices: sparse.indices, values: sparse.values)
        } catch {
            throw EngineError(.dataLoss, "a sparse vector is none: \(error.path) \(error.message)")
        }
    }
}

extension SlotSet {
    /// - Parameter bound: above every ordinal that matters.
    init(_ ordinals: RoaringBitmap, bound: Int) {
        var words = [UInt64](repeating: 0, count: (bound + 63) / 64)
        ordinals.fill(&words)
        self.init(words: words)
    }
}
