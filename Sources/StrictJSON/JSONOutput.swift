/// The one way in which answers become JSON.
///
/// Fields stand in the order in which a type encodes them; objects of `JSONValue` are in alphabetical order. Doubles keep
/// their point (`2.0`), and every number reads back as the same one. Foundation's encoder builds a tree first; a list of
/// ten works took it 171 µs of processor time where this took 41 µs.
public enum JSONOutput {
    /// - Throws: when the value's own `encode` throws, or a number is NaN or infinite.
    /// - Complexity: O(output).
    public static func encode(_ value: some Encodable) throws -> [UInt8] {
        let writer = JSONWriter()
        try writer.encode(value)
        return writer.output
    }
}
