/// Why a segment was refused.
public struct SegmentError: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Code: String, Sendable {
        /// The bytes end before the segment does, or go on after it.
        case wrongLength
        /// The first bytes are not those of a segment.
        case notASegment
        /// Written by a version that this program does not read.
        case unsupportedVersion
        /// A checksum does not fit the bytes that it covers.
        case checksumMismatch
        /// The checksums fit, but a value is out of its range.
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
