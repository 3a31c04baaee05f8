import Synchronization

/// Numbers to floats without a boxed value in between.
///
/// simdjson gives doubles. Rounding a decimal to a double and then to a float rounds twice, which goes wrong exactly
/// when the double lies halfway between two floats while the decimal does not (Figueroa, "When is double rounding
/// innocuous?", SIGNUM 1995). Those are found by a comparison and read again from the text, so every float here equals
/// `Float("…")` of its number, bit for bit; only `-0` (a whole number here) reads as +0.
extension JSONElement {
    /// - Parameter count: allowed number of values.
    /// - Throws: when the value is no array, has another count, or holds something that is no finite float; the error
    ///   names the item, such as `vector[17]`.
    /// - Complexity: O(count).
    public func floats(count range: ClosedRange<Int>) throws(JSONError) -> [Float] {
        let count = try floatCount(range)
        var failure: JSONError?
        let floats = [Float](unsafeUninitializedCapacity: count) { buffer, written in
            do throws(JSONError) {
                try readFloats(into: UnsafeMutableBufferPointer(rebasing: buffer[..<count]))
                written = count
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return floats
    }

    /// Writes the numbers into memory of the caller, such as an aligned query buffer, whose count they must match.
    public func floats(into buffer: UnsafeMutableBufferPointer<Float>) throws(JSONError) {
        _ = try floatCount(buffer.count...buffer.count)
        try readFloats(into: buffer)
    }

    private func floatCount(_ range: ClosedRange<Int>) throws(JSONError) -> Int {
        guard tag == Tag.array else { throw wrongType("an array of numbers") }
        let count = JSONArray(element: self).count
        guard range.contains(count) else {
            let limit = range.lowerBound == range.upperBound ? "\(range.lowerBound)" : range.text
            throw outOfRange("must hold \(limit) numbers, got \(count)", limit: "\(limit) numbers")
        }
        return count
    }

    private func readFloats(into buffer: UnsafeMutableBufferPointer<Float>) throws(JSONError) {
        let tape = document.tape
        var cursor = index + 1
        for position in buffer.indices {
            let value: Float
            switch UInt8(truncatingIfNeeded: tape[cursor] >> 56) {
            case Tag.double:
                let double = Double(bitPattern: tape[cursor + 1])
                let rounded = Float(double)
                value = Double(rounded) == double ? rounded : try settled(double, rounded, at: cursor)
            case Tag.int64: value = Float(Int64(bitPattern: tape[cursor + 1]))
            case Tag.uint64: value = Float(tape[cursor + 1])
            default: throw JSONElement(document: document, index: cursor).wrongType("a number")
            }
            buffer[position] = value
            cursor += 2
        }
    }

    /// The float of a double that is not one itself.
    private func settled(_ double: Double, _ rounded: Float, at cursor: Int) throws(JSONError) -> Float {
        var value = rounded
        if Self.isHalfway(double, rounded) {
            value = document.sourceNumber(at: cursor).flatMap(Float.init) ?? rounded
        }
        guard value.isFinite else {
            throw JSONElement(document: document, index: cursor).outOfRange(
                "must be a finite 32-bit float, got \(JSONNumber.text(double))",
                limit: "-\(Float.greatestFiniteMagnitude)…\(Float.greatestFiniteMagnitude)")
        }
        return value
    }

    /// True when the double lies exactly between two neighboring floats (or between the largest one and 2^128).
    static func isHalfway(_ double: Double, _ rounded: Float) -> Bool {
        guard rounded.isFinite else { return abs(double) == 0x1.ffffffp127 }
        let error = double - Double(rounded)
        let neighbor = error > 0 ? rounded.nextUp : rounded.nextDown
        // Differences of a double and its neighboring floats are exact: both are multiples of the double's last place.
        return Double(neighbor) - double == error
    }
}

extension ParsedDocument {
    /// The text of the number at a position on the tape.
    ///
    /// - Complexity: O(document) for the first call, O(log numbers) after that: a document full of halfway numbers costs
    ///   no more than twice its reading.
    func sourceNumber(at tapeIndex: Int) -> String? {
        let offsets = numberOffsets.withLock { offsets in
            if offsets == nil { offsets = locateNumbers() }
            return offsets ?? []
        }
        var low = 0
        var high = offsets.count
        while low < high {
            let middle = (low + high) / 2
            if offsets[middle].tapeIndex < tapeIndex { low = middle + 1 } else { high = middle }
        }
        guard low < offsets.count, offsets[low].tapeIndex == tapeIndex else { return nil }
        let start = offsets[low].offset
        var end = start
        while end < source.count, JSONFaultLocator.isNumberByte(source[end]) { end += 1 }
        return String(decoding: source[start..<end], as: UTF8.self)
    }

    /// Where on the tape and in the text each number stands. Both list the numbers in the same order.
    private func locateNumbers() -> [NumberOffset] {
        var found: [NumberOffset] = []
        let end = Int(tape[0] & 0x00FF_FFFF_FFFF_FFFF) - 1
        var offset = 0
        var cursor = 1
        while cursor < end {
            switch UInt8(truncatingIfNeeded: tape[cursor] >> 56) {
            case JSONElement.Tag.int64, JSONElement.Tag.uint64, JSONElement.Tag.double:
                offset = nextNumber(from: offset)
                found.append(NumberOffset(tapeIndex: cursor, offset: offset))
                while offset < source.count, JSONFaultLocator.isNumberByte(source[offset]) { offset += 1 }
                cursor += 2
            default: cursor += 1
            }
        }
        return found
    }

    /// Offset of the next number's first byte; strings are stepped over, letters of true, false and null do not matter.
    private func nextNumber(from start: Int) -> Int {
        var offset = start
        while offset < source.count {
            switch source[offset] {
            case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return offset
            case UInt8(ascii: "\""):
                offset += 1
                while offset < source.count, source[offset] != UInt8(ascii: "\"") {
                    offset += source[offset] == UInt8(ascii: "\\") ? 2 : 1
                }
                offset += 1
            default: offset += 1
            }
        }
        return offset
    }
}

struct NumberOffset {
    var tapeIndex: Int
    var offset: Int
}
