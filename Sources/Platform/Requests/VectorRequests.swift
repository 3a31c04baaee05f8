import StrictJSON

/// Vectors as callers give them. The store's own dimension is checked by the service that knows it.
extension JSONElement {
    /// Lengths between which a vector keeps its direction when it is normalized in 32-bit floats.
    private static let lengthRange = 1e-15...1e15

    /// Finite numbers with a direction.
    func embedding() throws(JSONError) -> [Float] {
        let vector = try floats(count: Limits.dimension)
        let squares = vector.reduce(0.0) { $0 + Double($1) * Double($1) }
        let length = squares.squareRoot()
        guard length > 0 else {
            throw refusal(.outOfRange, "must not be all zeros: it has no direction", limit: "length > 0")
        }
        guard Self.lengthRange.contains(length) else {
            throw refusal(
                .outOfRange, "must have a length in 1e-15…1e15, got \(length)", limit: "length 1e-15…1e15")
        }
        return vector
    }
}

extension JSONObjectReader {
    mutating func optionalEmbedding(_ name: String) throws(JSONError) -> [Float]? {
        guard let value = value(name) else { return nil }
        return try value.embedding()
    }
}
