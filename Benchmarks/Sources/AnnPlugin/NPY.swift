import Foundation

/// A matrix read from a NumPy `.npy` file (format version 1 to 3, C order).
struct NPY {
    var rows: Int
    var columns: Int
    private var bytes: Data
    private var offset: Int
    private var type: String

    enum Failure: Error, CustomStringConvertible {
        case invalid(String)
        var description: String {
            switch self {
            case .invalid(let message): message
            }
        }
    }

    init(path: String) throws {
        guard let bytes = try? Data(contentsOf: URL(fileURLWithPath: path), options: .mappedIfSafe)
        else {
            throw Failure.invalid("\(path) cannot be read")
        }
        guard bytes.count >= 12, bytes.prefix(6).elementsEqual([0x93] + Array("NUMPY".utf8)) else {
            throw Failure.invalid("\(path) is not an .npy file")
        }
        let wide = bytes[6] >= 2
        let lengthBytes = wide ? 4 : 2
        let length = (0..<lengthBytes).reduce(0) { $0 | Int(bytes[8 + $1]) << (8 * $1) }
        offset = 8 + lengthBytes + length
        guard offset <= bytes.count else { throw Failure.invalid("\(path) ends within its header") }
        let header = String(decoding: bytes[(8 + lengthBytes)..<offset], as: UTF8.self)
        guard let type = Self.value(after: "'descr': '", upTo: "'", in: header),
            let shape = Self.value(after: "'shape': (", upTo: ")", in: header),
            header.contains("'fortran_order': False")
        else { throw Failure.invalid("\(path) has a header that is not understood: \(header)") }
        let sizes = shape.split(separator: ",").compactMap {
            Int($0.trimmingCharacters(in: .whitespaces))
        }
        guard sizes.count == 1 || sizes.count == 2 else {
            throw Failure.invalid("\(path) is not a matrix or a vector")
        }
        rows = sizes[0]
        columns = sizes.count == 2 ? sizes[1] : 1
        self.type = String(type.dropFirst())
        self.bytes = bytes
        guard let size = Self.sizes[self.type], bytes.count - offset >= rows * columns * size else {
            throw Failure.invalid("\(path) has type \(type), or is shorter than its shape")
        }
    }

    private static let sizes = ["f4": 4, "f2": 2, "u1": 1, "i1": 1, "i4": 4, "b1": 1]

    private static func value(after start: String, upTo end: String, in text: String) -> String? {
        guard let from = text.range(of: start),
            let to = text.range(of: end, range: from.upperBound..<text.endIndex)
        else { return nil }
        return String(text[from.upperBound..<to.lowerBound])
    }

    /// All elements as float32, row after row.
    func floats() -> [Float] {
        let count = rows * columns
        return bytes.withUnsafeBytes { raw in
            let data = UnsafeRawBufferPointer(rebasing: raw[offset...])
            return [Float](unsafeUninitializedCapacity: count) { out, initialized in
                for index in 0..<count {
                    out[index] =
                        switch type {
                        case "f4": data.loadUnaligned(fromByteOffset: index * 4, as: Float.self)
                        case "f2": Float(data.loadUnaligned(fromByteOffset: index * 2, as: Float16.self))
                        case "i4": Float(data.loadUnaligned(fromByteOffset: index * 4, as: Int32.self))
                        case "i1": Float(data.load(fromByteOffset: index, as: Int8.self))
                        default: Float(data[index])
                        }
                }
                initialized = count
            }
        }
    }

    /// All elements as 32-bit integers, row after row; for files of type `i4`.
    func int32s() throws -> [Int32] {
        guard type == "i4" else { throw Failure.invalid("an array of type i4 is needed, not \(type)") }
        return bytes.withUnsafeBytes { raw in
            (0..<rows * columns).map {
                raw.loadUnaligned(fromByteOffset: offset + $0 * 4, as: Int32.self)
            }
        }
    }

    /// The bytes of one row, for files of one-byte elements.
    func byteRow(_ row: Int) -> [UInt8] {
        Array(
            bytes[
                (bytes.startIndex + offset + row * columns)..<(bytes.startIndex + offset + (row + 1)
                    * columns)
            ])
    }

    /// Writes a matrix of 32-bit integers.
    static func write(_ values: [Int32], rows: Int, columns: Int, path: String) throws {
        var header = "{'descr': '<i4', 'fortran_order': False, 'shape': (\(rows), \(columns)), }"
        header += String(repeating: " ", count: 63 - (10 + header.utf8.count) % 64) + "\n"
        var data = Data([0x93] + Array("NUMPY".utf8) + [1, 0])
        data.append(contentsOf: [UInt8(header.utf8.count & 0xFF), UInt8(header.utf8.count >> 8)])
        data.append(contentsOf: header.utf8)
        values.withUnsafeBytes { data.append(contentsOf: $0) }
        try data.write(to: URL(fileURLWithPath: path))
    }
}
