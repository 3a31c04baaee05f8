import Engine
import Foundation
import Platform
import TestSupport
import Testing

@Suite struct NPYTests {
    private let directory = TemporaryDirectory()

    private func matrix(_ header: String, version: UInt8 = 1, _ numbers: [UInt8]) throws -> NPY.Matrix {
        var bytes: [UInt8] = [0x93] + Array("NUMPY".utf8) + [version, 0]
        let length = header.utf8.count
        bytes +=
            version == 1
            ? [UInt8(length & 0xFF), UInt8(length >> 8)] : [UInt8(length & 0xFF), UInt8(length >> 8), 0, 0]
        bytes += Array(header.utf8) + numbers
        let path = directory.appending("\(UUID().uuidString).npy")
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        return try NPY.Matrix(path: path)
    }

    private func bytes<Number>(_ numbers: [Number]) -> [UInt8] { numbers.withUnsafeBytes { Array($0) } }

    @Test func floatsOfThreeSizesInBothVersions() throws {
        let halves = try matrix(
            "{'descr': '<f2', 'fortran_order': False, 'shape': (1, 2), }\n", bytes([0x3C00, 0xC100] as [UInt16]))
        #expect(halves.row(0) == [1, -2.5])
        let floats = try matrix(
            "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }\n", bytes([1, 2, 3, 4, 5, 6] as [Float]))
        #expect(floats.rows == 2 && floats.columns == 3)
        #expect(floats.row(1) == [4, 5, 6])
        // Keys in another order, no blanks, an odd start of the numbers.
        let doubles = try matrix(
            "{'shape':(2,1),'fortran_order': False,'descr':'<f8'} \n", version: 2, bytes([0.5, -1e-3] as [Double]))
        #expect(doubles.row(0) == [0.5] && doubles.row(1) == [-1e-3])
    }

    @Test(arguments: [
        "{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3), }",
        "{'descr': '<i8', 'fortran_order': False, 'shape': (2, 3), }",
        "{'descr': '>f4', 'fortran_order': False, 'shape': (2, 3), }",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (6,), }",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 4), }", "{'descr': '<f4', 'fortran_order': False, }",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (9223372036854775807, 3), }",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (-2, -3), }", "",
    ])
    func otherArraysAreRefused(header: String) {
        let error = #expect(throws: EngineError.self) { try matrix(header, bytes([1, 2, 3, 4, 5, 6] as [Float])) }
        #expect(error?.code == .invalidArgument)
    }
}
