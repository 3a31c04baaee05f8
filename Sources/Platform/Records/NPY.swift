import Engine
import Foundation

/// Matrices in NumPy's file format (NEP 1): a header in Python's own notation, then numbers row by row.
public enum NPY {
    private static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)
    /// Bytes of a header that this type writes: room for any count of rows, and numbers aligned for mapping.
    public static let headerSize = 128

    /// The header of a matrix of 32-bit floats, always ``headerSize`` bytes, so that it can be written last.
    public static func header(rows: Int, columns: Int) -> [UInt8] {
        let text = "{'descr': '<f4', 'fortran_order': False, 'shape': (\(rows), \(columns)), }"
        let length = headerSize - 10
        let padding = String(repeating: " ", count: length - 1 - text.utf8.count)
        return magic + [1, 0, UInt8(length & 0xFF), UInt8(length >> 8)] + Array("\(text)\(padding)\n".utf8)
    }

    /// A matrix in a file, read row by row.
    public struct Matrix {
        public let rows: Int
        public let columns: Int
        private let data: Data
        private let start: Int
        private let size: Int

        /// Maps a file.
        ///
        /// - Throws: `notFound` when it cannot be read; `invalidArgument` unless it is a whole two-dimensional array of 16-,
        ///   32- or 64-bit little-endian floats in C order.
        public init(path: String) throws {
            guard let data = try? Data(contentsOf: URL(fileURLWithPath: path), options: .mappedIfSafe) else {
                throw EngineError(.notFound, "cannot read \(path)", field: path)
            }
            func refused(_ problem: String) -> EngineError {
                .invalid(path, "\(path) \(problem)", limit: "npy, two dimensions, float16, float32 or float64, C order")
            }
            guard data.count >= 12, data.prefix(6).elementsEqual(NPY.magic) else { throw refused("is not an npy file") }
            let wide = data[6] >= 2
            let length = (0..<(wide ? 4 : 2)).reduce(0) { $0 | Int(data[8 + $1]) << ($1 * 8) }
            start = (wide ? 12 : 10) + length
            guard data.count >= start else { throw refused("ends within its header") }
            let header = String(decoding: data[(wide ? 12 : 10)..<start], as: UTF8.self).filter { !$0.isWhitespace }
            guard header.contains("'fortran_order':False") else { throw refused("is not in C order") }
            guard let size = [2, 4, 8].first(where: { header.contains("'<f\($0)'") }) else {
                throw refused("holds numbers other than float16, float32 and float64")
            }
            guard let open = header.firstRange(of: "'shape':(")?.upperBound,
                let close = header[open...].firstIndex(of: ")")
            else { throw refused("states no shape") }
            let shape = header[open..<close].split(separator: ",").compactMap { Int($0) }
            guard shape.count == 2, shape[0] >= 0, shape[1] > 0 else { throw refused("is not two-dimensional") }
            let (numbers, overflow) = shape[0].multipliedReportingOverflow(by: shape[1])
            guard !overflow, numbers <= data.count, data.count - start == numbers * size else {
                throw refused("holds \(data.count - start) bytes of numbers, which its shape \(shape) does not fit")
            }
            rows = shape[0]
            columns = shape[1]
            self.data = data
            self.size = size
        }

        /// - Precondition: `0 <= row < rows`.
        public func row(_ row: Int) -> [Float] {
            precondition(row >= 0 && row < rows, "row \(row) is outside 0..<\(rows)")
            return data.withUnsafeBytes { bytes in
                (0..<columns).map { column in
                    let offset = start + (row * columns + column) * size
                    func bits<Bits: FixedWidthInteger>(_: Bits.Type) -> Bits {
                        Bits(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Bits.self))
                    }
                    switch size {
                    case 2: return Float(Float16(bitPattern: bits(UInt16.self)))
                    case 4: return Float(bitPattern: bits(UInt32.self))
                    default: return Float(Double(bitPattern: bits(UInt64.self)))
                    }
                }
            }
        }
    }
}
