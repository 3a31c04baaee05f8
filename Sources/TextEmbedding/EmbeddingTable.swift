import Foundation

/// Vectors of word pieces: int8 with a scale each, read in place from a safetensors file.
///
/// ```
/// header length u64 little-endian | header JSON | data        (the offsets in the header count from the data's start)
/// ```
///
/// The memory is not changed and outlives the table, which makes the unchecked conformance sound.
struct EmbeddingTable: @unchecked Sendable {
    let pieceCount: Int
    let dimension: Int
    private let codes: UnsafePointer<Int8>
    private let scales: UnsafePointer<Float>

    init(safetensors bytes: UnsafeRawBufferPointer) throws(ModelError) {
        guard bytes.count >= 8 else { throw ModelError("the weights end too early") }
        let length = UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
        guard length <= UInt64(bytes.count - 8) else { throw ModelError("the weights' header ends too early") }
        let header = bytes[8..<8 + Int(length)]
        guard let json = try? JSONSerialization.jsonObject(with: Data(header)) as? [String: Any] else {
            throw ModelError("the weights' header is no JSON object")
        }
        let data = UnsafeRawBufferPointer(rebasing: bytes[(8 + Int(length))...])
        let embeddings = try Self.tensor("embeddings", type: "I8", width: 1, in: json, data)
        let scales = try Self.tensor("scales", type: "F32", width: 4, in: json, data)
        guard embeddings.shape.count == 2, scales.shape == [embeddings.shape[0]] else {
            throw ModelError("the shapes \(embeddings.shape) and \(scales.shape) do not fit")
        }
        pieceCount = embeddings.shape[0]
        dimension = embeddings.shape[1]
        codes = embeddings.start.assumingMemoryBound(to: Int8.self)
        guard Int(bitPattern: scales.start) % 4 == 0 else { throw ModelError("the scales are not aligned") }
        self.scales = scales.start.assumingMemoryBound(to: Float.self)
    }

    /// The mean of some pieces' vectors, scaled to length 1, and its length before; zeros for no pieces.
    func mean(of ids: [Int32]) -> (unit: [Float], norm: Float) {
        var sum = [Float](repeating: 0, count: dimension)
        guard !ids.isEmpty else { return (sum, 0) }
        sum.withUnsafeMutableBufferPointer { sum in
            for id in ids {
                let row = codes + Int(id) * dimension
                let scale = scales[Int(id)]
                for index in 0..<dimension { sum[index] += Float(row[index]) * scale }
            }
        }
        let count = Float(ids.count)
        var square: Float = 0
        for value in sum { square += (value / count) * (value / count) }
        let norm = square.squareRoot()
        guard norm > 0 else { return (sum, 0) }
        return (sum.map { $0 / count / norm }, norm)
    }

    private static func tensor(
        _ name: String, type: String, width: Int, in header: [String: Any], _ data: UnsafeRawBufferPointer
    ) throws(ModelError) -> (shape: [Int], start: UnsafeRawPointer) {
        guard let entry = header[name] as? [String: Any], entry["dtype"] as? String == type,
            let shape = entry["shape"] as? [Int], let offsets = entry["data_offsets"] as? [Int], offsets.count == 2,
            offsets[0] >= 0, offsets[1] <= data.count, offsets[1] - offsets[0] == shape.reduce(width, *),
            let base = data.baseAddress
        else { throw ModelError("tensor \(name) is missing, or not \(type) of its stated shape") }
        return (shape, base + offsets[0])
    }
}
