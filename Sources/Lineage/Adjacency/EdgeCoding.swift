/// How an edge is written in a sealed parents list.
///
/// ```
/// header   bits 0-1  bytes of the gap - 1
///          bit  2    the parent's number is larger than the child's (a late credit)
///          bit  3    retracted
///          bit  4    an extension byte follows the gap
///          bits 5-7  kind 0…6; 7 = a kind byte follows the extension byte
/// gap      |child - parent|, little endian, 1…4 bytes
/// extension bit 0 weight differs from 1; bit 1 time differs from the child's; bits 2-5 flags; bit 6 a kind byte follows
/// kind     1 byte
/// weight   1 byte n in 1…200 for n / 200, or 0 and the Float's 4 bytes: every weight is kept exactly
/// time     zigzag LEB128 of at - createdAt(child), milliseconds
/// ```
/// A plain remix of weight 1 given at birth takes one byte more than its gap.
///
/// Children lists hold numbers only: a zigzag LEB128 of the first child - parent, then LEB128 gaps of the ascending rest.
enum EdgeCoding {
    static let isNewer: UInt8 = 1 << 2
    static let isRetracted: UInt8 = 1 << 3
    static let isExtended: UInt8 = 1 << 4
    /// Bits of which none is set in the header of a remix of weight 1 and without flags.
    static let isNotPlainRemix: UInt8 = isNewer | isRetracted | isExtended | 0b1110_0000
    static let kindShift: UInt8 = 5
    static let wideKind: UInt8 = 7

    static let hasWeight: UInt8 = 1 << 0
    static let hasTime: UInt8 = 1 << 1
    static let flagsShift: UInt8 = 2
    static let hasKind: UInt8 = 1 << 6

    /// Most bytes of one entry: header, gap 4, extension, kind, weight 5, time 10.
    static let entryBytesMax = 22
    static let weightSteps: Float = 200

    /// Writes an entry and returns its bytes.
    @inline(__always)
    static func write(_ link: ParentLink, child: UInt32, createdAt: Int64, to bytes: UnsafeMutablePointer<UInt8>) -> Int
    {
        let isNewer = link.parent > child
        let gap = isNewer ? link.parent - child : child - link.parent
        let gapBytes = max(1, (39 - gap.leadingZeroBitCount) >> 3)
        let kind = link.kind.rawValue
        let needsKind = kind >= wideKind
        let needsExtension = needsKind || link.weight != 1 || link.at != createdAt || !link.flags.isEmpty
        var header = UInt8(gapBytes - 1) | (needsKind ? wideKind : kind) << kindShift
        if isNewer { header |= Self.isNewer }
        if link.flags.contains(.retracted) { header |= isRetracted }
        if needsExtension { header |= isExtended }
        bytes[0] = header
        UnsafeMutableRawPointer(bytes + 1).storeBytes(of: gap.littleEndian, as: UInt32.self)
        var position = 1 + gapBytes
        guard needsExtension else { return position }
        return writeExtension(link, createdAt: createdAt, to: bytes, at: &position)
    }

    private static func writeExtension(
        _ link: ParentLink, createdAt: Int64, to bytes: UnsafeMutablePointer<UInt8>, at position: inout Int
    ) -> Int {
        let kind = link.kind.rawValue
        var extra = link.flags.rawValue << flagsShift
        if link.weight != 1 { extra |= hasWeight }
        if link.at != createdAt { extra |= hasTime }
        if kind >= wideKind { extra |= hasKind }
        bytes[position] = extra
        position += 1
        if kind >= wideKind {
            bytes[position] = kind
            position += 1
        }
        if link.weight != 1 {
            let step = (link.weight * weightSteps).rounded()
            if step >= 1, step <= weightSteps, step / weightSteps == link.weight {
                bytes[position] = UInt8(step)
                position += 1
            } else {
                bytes[position] = 0
                UnsafeMutableRawPointer(bytes + position + 1).storeBytes(
                    of: link.weight.bitPattern.littleEndian, as: UInt32.self)
                position += 5
            }
        }
        if link.at != createdAt {
            position += writeVarint(zigzag(link.at &- createdAt), to: bytes + position)
        }
        return position
    }

    /// Reads the whole entry at `bytes` and moves past it.
    static func read(_ bytes: inout UnsafePointer<UInt8>, child: UInt32, createdAt: Int64) -> ParentLink {
        let header = bytes[0]
        let gap = UnsafeRawPointer(bytes + 1).loadUnaligned(as: UInt32.self) & gapMask(header)
        let parent = header & isNewer != 0 ? child &+ gap : child &- gap
        bytes += 2 + Int(header & 3)
        var link = ParentLink(parent: parent, kind: EdgeKind(rawValue: 0), weight: 1, flags: [], at: createdAt)
        var kind = header >> kindShift
        if header & isExtended != 0 {
            let extra = bytes[0]
            bytes += 1
            link.flags = EdgeFlags(rawValue: (extra >> flagsShift) & EdgeFlags.all.rawValue)
            if extra & hasKind != 0 {
                kind = bytes[0] & EdgeKind.rawValueMax
                bytes += 1
            }
            if extra & hasWeight != 0 {
                if bytes[0] != 0 {
                    link.weight = Float(bytes[0]) / weightSteps
                    bytes += 1
                } else {
                    link.weight = Float(
                        bitPattern: UnsafeRawPointer(bytes + 1).loadUnaligned(as: UInt32.self).littleEndian)
                    bytes += 5
                }
            }
            if extra & hasTime != 0 { link.at = createdAt &+ unzigzag(readVarint(&bytes)) }
        }
        link.kind = EdgeKind(rawValue: kind)
        return link
    }

    /// Moves past the extension of an entry whose header and gap were read.
    static func skipExtension(_ bytes: inout UnsafePointer<UInt8>) {
        let extra = bytes[0]
        bytes += 1
        if extra & hasKind != 0 { bytes += 1 }
        if extra & hasWeight != 0 { bytes += bytes[0] != 0 ? 1 : 5 }
        if extra & hasTime != 0 { _ = readVarint(&bytes) }
    }

    /// Keeps the bytes of a 32-bit load that belong to the gap.
    @inline(__always)
    static func gapMask(_ header: UInt8) -> UInt32 {
        0xFFFF_FFFF &>> (24 &- UInt32(header & 3) &* 8)
    }

    @inline(__always)
    static func zigzag(_ value: Int64) -> UInt64 { UInt64(bitPattern: (value << 1) ^ (value >> 63)) }

    @inline(__always)
    static func unzigzag(_ value: UInt64) -> Int64 { Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1) }

    @inline(__always)
    static func writeVarint(_ value: UInt64, to bytes: UnsafeMutablePointer<UInt8>) -> Int {
        var rest = value
        var count = 0
        while rest >= 0x80 {
            bytes[count] = UInt8(truncatingIfNeeded: rest) | 0x80
            rest >>= 7
            count += 1
        }
        bytes[count] = UInt8(rest)
        return count + 1
    }

    @inline(__always)
    static func readVarint(_ bytes: inout UnsafePointer<UInt8>) -> UInt64 {
        var value = UInt64(bytes[0])
        bytes += 1
        if value < 0x80 { return value }
        value &= 0x7F
        var shift: UInt64 = 7
        while true {
            let byte = bytes[0]
            bytes += 1
            value |= UInt64(byte & 0x7F) &<< shift
            if byte < 0x80 { return value }
            shift &+= 7
        }
    }
}
