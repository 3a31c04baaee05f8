import CKernels
import Vectors

/// What a segment is written from: a sealed graph and the vectors of its slots, as they were at one moment.
public struct SegmentContent: Sendable {
    /// Format of the file; one of another format is made anew from the truth.
    public static var formatVersion: Int { Int(SegmentLayout.version) }

    public let graph: SealedGraph
    private let view: VectorView

    init(graph: SealedGraph, view: VectorView) {
        precondition(view.count >= graph.count, "there is a vector for each slot of the graph")
        self.graph = graph
        self.view = view
    }

    /// Bytes of the segment that ``write(sequence:tags:to:)`` writes.
    public func byteCount(tags: Int) -> Int {
        SegmentLayout(SegmentHeader(graph, sequence: 0, tagBytes: tags)).total
    }

    /// Writes the segment from front to back.
    ///
    /// - Parameters:
    ///   - sequence: of the last write in it; ``Segment/sequence`` gives it back.
    ///   - tags: what the owner wants to find in ``Segment/tags()``.
    ///   - sink: takes the bytes, in pieces of any size.
    /// - Complexity: O(bytes), without a copy of them.
    public func write(
        sequence: UInt64 = 0, tags: [UInt8] = [], to sink: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        let graph = graph.graph
        let rows = self.graph.rows
        let header = SegmentHeader(self.graph, sequence: sequence, tagBytes: tags.count)
        let layout = SegmentLayout(header)
        try withoutActuallyEscaping(sink) { sink in
            var writer = SummingWriter(sink: sink)
            try header.bytes(total: layout.total).withUnsafeBytes { try writer.write($0) }
            func write(_ start: UnsafeRawPointer, _ size: Int, at offset: Int) throws {
                try writer.pad(to: offset)
                if size > 0 { try writer.write(UnsafeRawBufferPointer(start: start, count: size)) }
            }
            try write(graph.levels, graph.count, at: layout.levels)
            try write(graph.upperRow, graph.count * 4, at: layout.upperRow)
            try write(graph.upper, graph.upperRows * graph.parameters.m * 4, at: layout.upper)
            if let rows {
                try rows.mean.withUnsafeBytes { try write($0.baseAddress.unsafelyUnwrapped, $0.count, at: layout.mean) }
            } else {
                try write(graph.links, graph.count * graph.levelZeroLinks * 4, at: layout.links)
            }
            try writer.pad(to: layout.tags)
            try tags.withUnsafeBytes { try writer.write($0) }
            if let rows { try write(rows.row(0), graph.count * rows.layout.stride, at: layout.rows) }
            try writer.pad(to: layout.vectors)
            try writeVectors(layout) { try write($0, $1, at: $2) }
            try writer.pad(to: layout.sums)
            try writer.finish()
        }
    }
}

extension SegmentContent {
    /// Rows that are converted at a time.
    private static let rowsPerBlock = 256

    /// The vectors in the segment's precision, whatever the view's.
    private func writeVectors(
        _ layout: SegmentLayout, to write: (UnsafeRawPointer, _ size: Int, _ offset: Int) throws -> Void
    ) throws {
        let isHalf = graph.originals == .float16
        let block = Self.rowsPerBlock * view.stride
        let floats = AlignedMemory(byteCount: block * MemoryLayout<Float>.size)
        let halves = AlignedMemory(byteCount: block * MemoryLayout<UInt16>.size)
        var slot = 0
        while slot < graph.count {
            var run = min(view.contiguousRows(from: UInt32(slot)), graph.count - slot)
            var start = view.addresses.raw(UInt32(slot))
            if (slot < view.halves) != isHalf {
                run = min(run, Self.rowsPerBlock)
                let wide = floats.start.assumingMemoryBound(to: Float.self)
                view.copyRows(from: UInt32(slot), count: run, to: wide)
                start = UnsafeRawPointer(wide)
                if isHalf {
                    let narrow = halves.start.assumingMemoryBound(to: UInt16.self)
                    ckernels_narrow_f16(wide, run * view.stride, narrow)
                    start = UnsafeRawPointer(narrow)
                }
            }
            try write(start, run * layout.vectorSize, layout.vectors + slot * layout.vectorSize)
            slot += run
        }
    }
}

/// Passes bytes on and sums their blocks.
private struct SummingWriter {
    let sink: (UnsafeRawBufferPointer) throws -> Void
    private var position = 0
    private var block = Checksum()
    private var sums: [UInt8] = []

    init(sink: @escaping (UnsafeRawBufferPointer) throws -> Void) { self.sink = sink }

    mutating func write(_ bytes: UnsafeRawBufferPointer) throws {
        guard !bytes.isEmpty else { return }
        try sink(bytes)
        var start = 0
        while start < bytes.count {
            let room = BlockVerifier.blockSize - position % BlockVerifier.blockSize
            let size = min(room, bytes.count - start)
            block.update(UnsafeRawBufferPointer(rebasing: bytes[start..<start + size]))
            start += size
            position += size
            if size == room { endBlock() }
        }
    }

    /// Zeros up to an offset.
    mutating func pad(to offset: Int) throws {
        precondition(offset >= position, "the parts of a segment follow each other")
        try [UInt8](repeating: 0, count: offset - position).withUnsafeBytes { try write($0) }
    }

    private mutating func endBlock() {
        withUnsafeBytes(of: block.value.littleEndian) { sums.append(contentsOf: $0) }
        block = Checksum()
    }

    /// The checksums and the footer.
    mutating func finish() throws {
        if position % BlockVerifier.blockSize != 0 { endBlock() }
        let sum = sums.withUnsafeBytes { Checksum.of($0) }
        withUnsafeBytes(of: sum.littleEndian) { sums.append(contentsOf: $0) }
        try (sums + [0, 0, 0, 0] + SegmentLayout.endMagic).withUnsafeBytes { try sink($0) }
    }
}
