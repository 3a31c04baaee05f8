import Engine
public import StrictJSON

/// A sparse vector: the values that are not zero, by ascending index.
public struct SparseValues: Sendable, Equatable {
    public private(set) var indices: [UInt32]
    public private(set) var values: [Float]

    public var count: Int { indices.count }

    /// - Throws: for lists of different lengths, more than 2,048 values, an index that is no whole number of 32 bits or is
    ///   given twice, and numbers that are no finite floats.
    init(json: JSONElement) throws(JSONError) {
        var object = try json.object()
        let indices = try Self.indices(try object.requiredValue("indices"))
        let values = try object.requiredValue("values").floats(count: 0...Int.max)
        try self.init(indices: indices, values: values, of: json)
    }

    /// - Parameter json: what errors are about.
    init(indices: [UInt32], values: [Float], of json: JSONElement) throws(JSONError) {
        guard indices.count == values.count else {
            throw json.refusal(
                .outOfRange, "must have as many values as indices, got \(values.count) and \(indices.count)",
                limit: "\(indices.count) values")
        }
        guard indices.count <= PineconeLimits.sparseCount.upperBound else {
            throw json.refusal(
                .outOfRange, "must hold at most \(PineconeLimits.sparseCount.upperBound) values, got \(indices.count)",
                limit: "\(PineconeLimits.sparseCount.upperBound) values")
        }
        let order = indices.indices.sorted { indices[$0] < indices[$1] }
        self.indices = order.map { indices[$0] }
        self.values = order.map { values[$0] }
        for (earlier, later) in zip(self.indices, self.indices.dropFirst()) where earlier == later {
            throw json.refusal(.outOfRange, "must not hold index \(later) twice", limit: "each index once")
        }
    }

    static func indices(_ json: JSONElement) throws(JSONError) -> [UInt32] {
        var indices: [UInt32] = []
        for element in try json.array() {
            indices.append(UInt32(try element.integer(in: 0...Int(UInt32.max))))
        }
        return indices
    }

    public func write(to json: inout JSONBuilder) {
        json.object { json in
            json.array("indices") { json in for index in indices { json.value(index) } }
            json.field("values", floats: values)
        }
    }
}

// MARK: - As it is stored

/// What a record's payload holds beside vector and metadata: its sparse vector, when it has one.
///
/// ```
/// version u8 = 1 | count u32 | indices u32 × count | values f32 × count     little-endian; no bytes: no sparse vector
/// ```
extension SparseValues {
    private static let version: UInt8 = 1

    static func encode(_ sparse: SparseValues?) -> [UInt8] {
        guard let sparse, sparse.count > 0 else { return [] }
        var bytes: [UInt8] = [version]
        bytes.reserveCapacity(5 + sparse.count * 8)
        func append(_ value: UInt32) { withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) } }
        append(UInt32(sparse.count))
        for index in sparse.indices { append(index) }
        for value in sparse.values { append(value.bitPattern) }
        return bytes
    }

    /// - Throws: `dataLoss` when the bytes are not what ``encode(_:)`` writes.
    static func decode(_ bytes: [UInt8]) throws -> SparseValues? {
        guard !bytes.isEmpty else { return nil }
        return try bytes.withUnsafeBytes { bytes in
            func word(_ offset: Int) -> UInt32 {
                UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
            }
            guard bytes.count >= 5, bytes[0] == version, bytes.count == 5 + Int(word(1)) * 8 else {
                throw EngineError(.dataLoss, "a record's sparse vector cannot be read")
            }
            let count = Int(word(1))
            return SparseValues(
                sorted: (0..<count).map { word(5 + $0 * 4) },
                values: (0..<count).map { Float(bitPattern: word(5 + (count + $0) * 4)) })
        }
    }

    private init(sorted indices: [UInt32], values: [Float]) {
        self.indices = indices
        self.values = values
    }
}
