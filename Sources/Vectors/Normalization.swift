/// Bringing vectors to length 1.
public enum Normalization {
    /// Euclidean length, computed in Double so that no finite float32 vector overflows or underflows.
    public static func length(_ vector: UnsafeBufferPointer<Float>) -> Double {
        var sum = 0.0
        for value in vector { sum += Double(value) * Double(value) }
        return sum.squareRoot()
    }

    /// Writes the vector scaled to length 1; a zero vector stays zero.
    ///
    /// - Parameter out: takes as many floats as `vector` has; may be the same memory.
    public static func normalize(_ vector: UnsafeBufferPointer<Float>, into out: UnsafeMutablePointer<Float>) {
        let length = length(vector)
        guard length > 0 else {
            for index in vector.indices { out[index] = 0 }
            return
        }
        for index in vector.indices { out[index] = Float(Double(vector[index]) / length) }
    }

    /// The vector scaled to length 1; a zero vector stays zero.
    public static func normalized(_ vector: [Float]) -> [Float] {
        [Float](unsafeUninitializedCapacity: vector.count) { out, count in
            if let base = out.baseAddress {
                vector.withUnsafeBufferPointer { normalize($0, into: base) }
            }
            count = vector.count
        }
    }
}
