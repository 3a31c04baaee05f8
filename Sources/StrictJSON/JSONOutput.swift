import Foundation

/// The one way in which answers become JSON: fields in alphabetical order, so that equal answers are equal bytes.
public enum JSONOutput {
    /// - Throws: when the value's own `encode` throws, or a number is NaN or infinite.
    public static func encode(_ value: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(value))
    }
}
