import Lineage
public import Storage
import VectorIndex
import Vectors

/// What an operator does with a data directory that is not opened as a store: verify, back up, restore.
public enum StoreMaintenance {
    /// Reads everything in a directory, beside its writer if there is one.
    ///
    /// - Parameters:
    ///   - deep: also compares SQLite's indexes with their tables, and each derived file with the rows it was made of.
    ///   - progress: told the share that is done, in 0…1.
    /// - Throws: ``EngineError`` when there is no store or it cannot be opened; damage is no error.
    public static func verify(
        directory: String, deep: Bool, progress: @escaping (Double) -> Void = { _ in }
    ) throws -> VerificationReport {
        try translating {
            try StoreVerifier(directory: directory, deep: deep, progress: { progress($0 * (deep ? 0.7 : 0.95)) }).run {
                snapshot, files, report in
                try DerivedVerifier(snapshot: snapshot, files: files, deep: deep).run(&report)
                progress(1)
            }
        }
    }

    /// Copies a store while it is in use; see ``StoreBackup``.
    ///
    /// - Returns: what is in the backup.
    public static func backup(
        directory: String, to target: String, allowsDamage: Bool = false,
        now: Int64 = StoreConfiguration.systemClock(), progress: @escaping (Double) -> Void = { _ in }
    ) throws -> BackupManifest {
        try translating {
            try StoreBackup(directory: directory, target: target, allowsDamage: allowsDamage, progress: progress)
                .run(now: now)
        }
    }

    /// Makes a store from a backup; see ``StoreRestore``.
    public static func restore(
        _ backup: String, to directory: String, progress: @escaping (Double) -> Void = { _ in }
    ) throws -> BackupManifest {
        try translating { try StoreRestore(backup: backup, directory: directory, progress: progress).run() }
    }

    private static func translating<Value>(_ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch {
            throw EngineError(translating: error)
        }
    }
}

/// Looks at the files whose formats the layers above the rows know.
private struct DerivedVerifier {
    /// Largest difference of a component between a stored vector and the index's copy, which may be normalized.
    private static let tolerance: Float = 1e-5

    let snapshot: ReadSnapshot
    let files: DerivedFiles
    let deep: Bool

    func run(_ report: inout VerificationReport) throws {
        // Without a head row there is nothing to compare with; the rows' own verification has reported it.
        for namespace in (try? snapshot.namespaces()) ?? [] {
            verify(IndexSegment.name(namespace: namespace.id), namespace, &report) { try segment(namespace) }
            verify(LineageFile.name(namespace: namespace.id), namespace, &report) { try lineage(namespace) }
        }
    }

    /// - Parameter sequence: gives the sequence that a file covers once its content was found good; `nil` without a file.
    private func verify(
        _ name: String, _ namespace: StoredNamespace, _ report: inout VerificationReport,
        _ sequence: () throws -> UInt64?
    ) {
        do {
            guard let sequence = try sequence(), report.judgedLog, sequence > namespace.seq else { return }
            report.add(
                Damage(
                    .truth, "namespace \(namespace.id)",
                    "\(name) covers its write \(sequence), and the rows end with write \(namespace.seq): writes are lost"
                ))
        } catch {
            report.add(Damage(.derived, name, (error as? EngineError)?.message ?? "\(error)"))
        }
    }

    private func segment(_ namespace: StoredNamespace) throws -> UInt64? {
        guard let file = try IndexSegment(of: namespace.id, in: files) else { return nil }
        if deep { try compare(file, namespace) }
        return file.sequence
    }

    /// Every slot whose record still has the vector of that write holds that vector.
    private func compare(_ file: IndexSegment, _ namespace: StoredNamespace) throws {
        var slotOfOrdinal: [UInt32: Int] = [:]
        for (slot, entry) in file.slots.enumerated() { slotOfOrdinal[entry.ordinal] = slot }
        var difference: EngineError?
        // Damaged rows have been reported; those that can be read are compared.
        try? snapshot.scanRecords(namespace: namespace.id) { record in
            guard difference == nil, let bytes = record.vector, let slot = slotOfOrdinal[record.ordinal],
                file.slots[slot].vectorSeq == record.vectorSeq
            else { return }
            let stored = bytes.bindMemory(to: Float.self)
            let expected = file.graph.metric.normalizesRows ? Normalization.normalized(Array(stored)) : Array(stored)
            // Of float16: rounded once by a seal, and once more when the index was made anew without its dead slots.
            let rounding: Float = file.graph.originals == .float16 ? 0x1p-10 : 0
            let isSame =
                file.graph.vector(UInt32(slot)).map { copy in
                    copy.count == expected.count
                        && zip(copy, expected).allSatisfy {
                            abs($0 - $1) <= Self.tolerance * max(1, abs($1)) + rounding * abs($1)
                        }
                } ?? false
            if !isSame {
                difference = EngineError(.dataLoss, "slot \(slot) is not the vector of record \"\(record.key)\"")
            }
        }
        if let difference { throw difference }
    }

    private func lineage(_ namespace: StoredNamespace) throws -> UInt64? {
        let name = LineageFile.name(namespace: namespace.id)
        let image: LineageImage? = try? files.map(name) { bytes, file in
            try LineageImage(mapping: bytes, owner: file)
        }
        // Its sums were verified with those of the other files.
        guard let image else { return nil }
        guard deep, let edges = try? snapshot.edges(namespace: namespace.id) else { return image.sequence }
        let digest = edges.prefix(image.edgeCount).reduce(UInt64(0)) {
            $0 &+ LineageImage.edgeHash(child: $1.child, parent: $1.parent)
        }
        guard image.edgeCount <= edges.count, digest == image.digest else {
            throw EngineError(.dataLoss, "its \(image.edgeCount) edges are not the first on record")
        }
        return image.sequence
    }
}
