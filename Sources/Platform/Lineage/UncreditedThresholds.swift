import Engine
import Ranking
import StrictJSON
import Synchronization

/// What was learned about the likeness of works, as it is stored: one for each embedding model.
struct StoredCalibration: Sendable, Equatable {
    /// Counts the calibrations of this model in this store, from 1.
    var version: Int
    /// When it was made, milliseconds since 1970 UTC, and the works that there were.
    var at: Int64
    var works: Int
    var uncredited: UncreditedCalibration
    /// What cosines mean; `nil` when there were too few.
    var relevance: CosineCalibration?
    /// Sizes of the samples.
    var creditedCount: Int
    var randomCount: Int
    var nearestCount: Int

    /// Quantiles kept of each sample: a rank is known to half a thousandth.
    static let quantileCount = 2_049

    /// A sample cut down to evenly spaced quantiles, its ends included.
    static func thinned(_ table: QuantileTable) -> QuantileTable {
        guard table.count > quantileCount else { return table }
        return QuantileTable(
            (0..<quantileCount).compactMap { table.quantile(Double($0) / Double(quantileCount - 1)) })
    }
}

/// The calibration in force. Made before the store opens, filled while it loads.
final class CalibrationDirectory: Sendable {
    private let state = Mutex<StoredCalibration?>(nil)
    let embedder: String

    init(embedder: String) { self.embedder = embedder }

    var current: StoredCalibration? { state.withLock { $0 } }
    var uncredited: UncreditedCalibration { current?.uncredited ?? .cold }

    func set(_ calibration: StoredCalibration) { state.withLock { $0 = calibration } }

    /// Takes a stored calibration at start-up; those of other models are left alone.
    func load(_ record: LoadedRecord) throws {
        guard record.key == embedder else { return }
        set(try StoredCalibration(decoding: record.payload, key: record.key))
    }
}

extension StoredCalibration {
    private struct Row: Encodable {
        struct Anchors: Encodable {
            var c0: Double
            var c1: Double

            init(_ calibration: CosineCalibration) {
                c0 = calibration.c0
                c1 = calibration.c1
            }
        }

        var version: Int
        var at: Int64
        var works: Int
        var threshold: Double
        var baseRate: Double
        var credited: [Double]?
        var randomPairs: [Double]?
        var relevance: Anchors?
        var creditedCount: Int
        var randomCount: Int
        var nearestCount: Int
    }

    func encoded() throws -> [UInt8] {
        try JSONOutput.encode(
            Row(
                version: version, at: at, works: works, threshold: uncredited.threshold, baseRate: uncredited.baseRate,
                credited: uncredited.credited?.values, randomPairs: uncredited.randomPairs?.values,
                relevance: relevance.map(Row.Anchors.init),
                creditedCount: creditedCount, randomCount: randomCount, nearestCount: nearestCount))
    }

    /// - Throws: `dataLoss` when the bytes are not what ``encoded()`` writes.
    init(decoding bytes: [UInt8], key: String) throws {
        do {
            var object = try JSONDocument(parsing: bytes).root.object()
            let any = Int.min...Int.max
            let version = try object.optionalInt("version", in: any) ?? 0
            let at = try object.optionalInt("at", in: any) ?? 0
            let works = try object.optionalInt("works", in: any) ?? 0
            guard let threshold = try object.optionalDouble("threshold") else { throw object.missing("threshold") }
            self.init(
                version: version, at: Int64(at), works: works,
                uncredited: try UncreditedCalibration(
                    storedThreshold: threshold, credited: try Self.table("credited", &object),
                    randomPairs: try Self.table("randomPairs", &object),
                    baseRate: try object.optionalDouble("baseRate") ?? 0),
                relevance: try Self.anchors("relevance", &object),
                creditedCount: try object.optionalInt("creditedCount", in: any) ?? 0,
                randomCount: try object.optionalInt("randomCount", in: any) ?? 0,
                nearestCount: try object.optionalInt("nearestCount", in: any) ?? 0)
        } catch {
            throw EngineError(.dataLoss, "the calibration of \"\(key)\" cannot be read: \(error)")
        }
    }

    private static func table(_ name: String, _ object: inout JSONObjectReader) throws -> QuantileTable? {
        guard let array = try object.optionalArray(name, count: 0...Int.max) else { return nil }
        return QuantileTable(try array.map { try $0.double() })
    }

    private static func anchors(_ name: String, _ object: inout JSONObjectReader) throws -> CosineCalibration? {
        guard var fields = try object.optionalObject(name) else { return nil }
        return try CosineCalibration(
            c0: try fields.optionalDouble("c0") ?? 0, c1: try fields.optionalDouble("c1") ?? 1)
    }
}
