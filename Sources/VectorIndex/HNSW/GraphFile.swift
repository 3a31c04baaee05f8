import Vectors

/// The byte form of a sealed graph, version 1. All numbers little-endian.
///
/// ```
/// magic "ARCGRAPH" | version u32 | metric u32 | dimension u32 | m u32 | efConstruction u32 | top level u32
/// seed u64 | slot count u64 | node count u64 | upper rows u64 | entry u32 | checksum of the header u32
/// levels: u8 × slots, padded to 8 | first upper row: u32 × slots, padded to 8
/// level 0 links: u32 × 2m × slots | upper links: u32 × m × upper rows | checksum of all before it u32
/// ```
/// Checksums are CRC-32C. Vectors are not part of it.
enum GraphFile {
    static let magic = Array("ARCGRAPH".utf8)
    static let version: UInt32 = 1
    static let headerSize = 72

    struct Layout {
        var slots: Int
        var upperRows: Int
        var m: Int

        private func padded(_ bytes: Int) -> Int { (bytes + 7) & ~7 }
        var levels: Int { headerSize }
        var upperRow: Int { levels + padded(slots) }
        var links: Int { upperRow + padded(slots * 4) }
        var upper: Int { links + slots * m * 8 }
        var end: Int { upper + upperRows * m * 4 }
        var total: Int { end + 4 }
    }
}

extension SealedGraph {
    /// The graph as bytes, with a checksum. O(size).
    public func serialized() -> [UInt8] {
        let layout = GraphFile.Layout(slots: graph.count, upperRows: graph.upperRows, m: graph.parameters.m)
        var bytes = [UInt8](repeating: 0, count: layout.total)
        bytes.withUnsafeMutableBytes { out in
            writeHeader(out)
            func copy(_ source: UnsafeRawPointer, _ size: Int, to offset: Int) {
                UnsafeMutableRawBufferPointer(rebasing: out[offset..<offset + size])
                    .copyMemory(from: UnsafeRawBufferPointer(start: source, count: size))
            }
            copy(graph.levels, layout.slots, to: layout.levels)
            copy(graph.upperRow, layout.slots * 4, to: layout.upperRow)
            copy(graph.links, layout.slots * layout.m * 8, to: layout.links)
            copy(graph.upper, layout.upperRows * layout.m * 4, to: layout.upper)
            let checksum = Checksum.of(UnsafeRawBufferPointer(rebasing: out[..<layout.end]))
            out.storeBytes(of: checksum.littleEndian, toByteOffset: layout.end, as: UInt32.self)
        }
        return bytes
    }

    private func writeHeader(_ out: UnsafeMutableRawBufferPointer) {
        out.copyBytes(from: GraphFile.magic)
        var offset = GraphFile.magic.count
        func put(_ value: some FixedWidthInteger) {
            withUnsafeBytes(of: value.littleEndian) {
                UnsafeMutableRawBufferPointer(rebasing: out[offset..<offset + $0.count]).copyMemory(from: $0)
                offset += $0.count
            }
        }
        put(GraphFile.version)
        put(UInt32(Metric.allCases.firstIndex(of: graph.metric) ?? 0))
        put(UInt32(graph.dimension))
        put(UInt32(graph.parameters.m))
        put(UInt32(graph.parameters.efConstruction))
        put(UInt32(graph.topLevel))
        put(graph.parameters.seed)
        put(UInt64(graph.count))
        put(UInt64(graph.nodeCount))
        put(UInt64(graph.upperRows))
        put(graph.entry)
        put(Checksum.of(UnsafeRawBufferPointer(rebasing: out[..<offset])))
        assert(offset == GraphFile.headerSize)
    }

    /// Reads what ``serialized()`` wrote.
    ///
    /// - Throws: ``GraphFormatError`` when any bit differs from what was written, the bytes are cut short or longer, or
    ///   the version is another one.
    public init(deserializing bytes: UnsafeRawBufferPointer) throws {
        guard bytes.count >= GraphFile.headerSize else {
            throw GraphFormatError(.wrongLength, "a sealed graph has at least \(GraphFile.headerSize) bytes")
        }
        guard bytes.prefix(GraphFile.magic.count).elementsEqual(GraphFile.magic) else {
            throw GraphFormatError(.notAGraph, "the bytes do not start like a sealed graph")
        }
        let header = GraphHeader(bytes)
        guard header.version == GraphFile.version else {
            throw GraphFormatError(
                .unsupportedVersion, "version \(header.version) of the graph format; this program reads version 1")
        }
        guard header.checksum == Checksum.of(UnsafeRawBufferPointer(rebasing: bytes[..<(GraphFile.headerSize - 4)]))
        else { throw GraphFormatError(.checksumMismatch, "the header's checksum does not fit") }
        try header.check()
        let layout = GraphFile.Layout(slots: header.slots, upperRows: header.upperRows, m: header.m)
        guard bytes.count == layout.total else {
            throw GraphFormatError(.wrongLength, "\(bytes.count) bytes; a graph of this header has \(layout.total)")
        }
        let stored = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: layout.end, as: UInt32.self))
        guard stored == Checksum.of(UnsafeRawBufferPointer(rebasing: bytes[..<layout.end])) else {
            throw GraphFormatError(.checksumMismatch, "the content's checksum does not fit")
        }
        graph = HNSWGraph(reading: bytes, header, layout)
        rows = nil
        if let violation = graph.violations(limit: 1).first {
            throw GraphFormatError(.invalidContent, violation)
        }
    }
}

/// The first bytes of a sealed graph.
struct GraphHeader {
    let version, metric, dimension: UInt32
    let m, efConstruction, topLevel: Int
    let seed: UInt64
    let slots, nodes, upperRows: Int
    let entry, checksum: UInt32

    /// - Precondition: at least `GraphFile.headerSize` bytes.
    init(_ bytes: UnsafeRawBufferPointer) {
        func word(_ offset: Int) -> UInt32 {
            UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
        }
        func long(_ offset: Int) -> UInt64 {
            UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
        }
        version = word(8)
        metric = word(12)
        dimension = word(16)
        m = Int(word(20))
        efConstruction = Int(word(24))
        topLevel = Int(word(28))
        seed = long(32)
        slots = Int(clamping: long(40))
        nodes = Int(clamping: long(48))
        upperRows = Int(clamping: long(56))
        entry = word(64)
        checksum = word(68)
    }

    /// Ranges, so that no later arithmetic overflows.
    func check() throws {
        let parts: [(Bool, String)] = [
            (metric < Metric.allCases.count, "metric number \(metric)"),
            (dimension >= 1 && dimension <= 1 << 24, "\(dimension) dimensions"),
            ((HNSWParameters.minimumM...HNSWParameters.maximumM).contains(m), "m = \(m)"),
            (topLevel <= HNSWParameters.maximumLevel, "top level \(topLevel)"),
            (slots <= VectorView.maximumCount, "\(slots) slots"),
            (nodes <= slots, "\(nodes) nodes in \(slots) slots"),
            (upperRows <= slots * HNSWParameters.maximumLevel, "\(upperRows) upper lists for \(slots) slots"),
        ]
        for (holds, what) in parts where !holds {
            throw GraphFormatError(.invalidContent, "a sealed graph cannot have \(what)")
        }
    }
}

extension HNSWGraph {
    /// - Precondition: lengths and header were checked; contents were not.
    fileprivate convenience init(
        reading bytes: UnsafeRawBufferPointer, _ header: GraphHeader, _ layout: GraphFile.Layout
    ) {
        self.init(
            parameters: HNSWParameters(m: header.m, efConstruction: header.efConstruction, seed: header.seed),
            metric: Metric.allCases[Int(header.metric)], dimension: Int(header.dimension), capacity: header.slots)
        count = header.slots
        nodeCount = header.nodes
        entry = header.entry
        topLevel = header.topLevel
        func copy(_ offset: Int, _ size: Int, to target: UnsafeMutableRawPointer) {
            UnsafeMutableRawBufferPointer(start: target, count: size)
                .copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + size]))
        }
        copy(layout.levels, layout.slots, to: levels)
        copy(layout.upperRow, layout.slots * 4, to: upperRow)
        copy(layout.links, layout.slots * layout.m * 8, to: links)
        setUpperRows(header.upperRows)
        copy(layout.upper, layout.upperRows * layout.m * 4, to: upper)
    }
}
