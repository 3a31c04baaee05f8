/// Why the bytes of a sealed graph were refused.
public struct GraphFormatError: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Code: String, Sendable {
        /// The bytes end before the graph does, or go on after it.
        case wrongLength
        /// The first bytes are not those of a sealed graph.
        case notAGraph
        /// Written by a version that this program does not read.
        case unsupportedVersion
        /// The checksum does not fit the content.
        case checksumMismatch
        /// The checksum fits, but a value is out of its range.
        case invalidContent
    }

    public var code: Code
    public var message: String

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    public var description: String { message }
}
