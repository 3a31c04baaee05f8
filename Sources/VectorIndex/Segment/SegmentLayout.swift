import Vectors

/// Where the parts of a segment lie, version 1. All numbers little-endian.
///
/// ```
/// header                 see SegmentHeader, 4,096 bytes
/// levels                 u8 × slots; 255 for slots that are not in the graph
/// first upper row        u32 × slots
/// upper links            u32 × m × upper rows
/// mean                   f32 × padded dimension, when there are quantized rows
/// level 0 links          u32 × 2m × slots, when there are no quantized rows
/// tags                   bytes of the owner
/// quantized rows         see CodeLayout; they hold the links of level 0
/// vectors                f32 or f16 × stride × slots
/// checksums              CRC-32C of each block of 65,536 bytes of all before it
/// footer                 CRC-32C of the checksums u32 | zero u32 | "ARCSEGND"
/// ```
/// Each part begins on a 64-byte boundary, the rows and the vectors on a page of 4,096 bytes.
struct SegmentLayout {
    static let magic = Array("ARCSEGMT".utf8)
    static let endMagic = Array("ARCSEGND".utf8)
    static let version: UInt32 = 1
    static let headerSize = 4_096
    static let footerSize = 16

    let rowLayout: CodeLayout?
    /// Bytes from one vector to the next.
    let vectorSize: Int
    let levels: Int
    let upperRow: Int
    let upper: Int
    let mean: Int
    let links: Int
    let tags: Int
    let rows: Int
    let vectors: Int
    /// The end of what the blocks' checksums cover.
    let sums: Int
    let footer: Int
    var total: Int { footer + Self.footerSize }

    init(_ header: SegmentHeader) {
        let slots = header.slots
        let rowLayout =
            header.hasRows
            ? CodeLayout(
                padded: RandomRotation.padded(dimension: header.dimension), links: 2 * header.m, mode: header.mode)
            : nil
        self.rowLayout = rowLayout
        vectorSize = VectorStore.stride(dimension: header.dimension) * header.originals.size
        func after(_ offset: Int, _ bytes: Int, boundary: Int = 64) -> Int {
            (offset + bytes + boundary - 1) & ~(boundary - 1)
        }
        levels = Self.headerSize
        upperRow = after(levels, slots)
        upper = after(upperRow, slots * 4)
        mean = after(upper, header.upperRows * header.m * 4)
        links = after(mean, (rowLayout?.padded ?? 0) * 4)
        tags = after(links, rowLayout == nil ? slots * header.m * 8 : 0)
        rows = after(tags, header.tagBytes, boundary: 4_096)
        vectors = after(rows, (rowLayout?.stride ?? 0) * slots, boundary: 4_096)
        sums = after(vectors, vectorSize * slots)
        footer = sums + BlockVerifier.blockCount(sums) * 4
    }
}

/// The first bytes of a segment.
struct SegmentHeader: Equatable {
    /// Bytes that the header's own checksum covers.
    private static let summed = recallStart + RecallTable.ladder.count * recallEntrySize
    private static let recallStart = 104
    private static let rowsFlag: UInt32 = 1
    private static let compactFlag: UInt32 = 2
    private static let halvesFlag: UInt32 = 4
    private static let recallEntrySize = 12
    /// Came later than the header's checksum; the first block's covers it.
    private static let commonSquaredLengthStart = summed + 4

    var metric: Metric
    var dimension: Int
    var m: Int
    var efConstruction: Int
    var seed: UInt64
    var topLevel: Int
    var slots: Int
    var nodes: Int
    var upperRows: Int
    var entry: UInt32
    /// Of the owner's writes.
    var sequence: UInt64
    var tagBytes: Int
    /// One word of flags: 1 for quantized rows, 2 for compact ones, 4 for vectors of float16. Programs that do not know a flag refuse it.
    var hasRows: Bool
    var mode: IndexMode
    var originals: RowPrecision
    /// As far as it was measured: the number of entries u32, changes since u32, and at most 14 entries of efSearch u32,
    /// recall@10 f32, recall@100 f32.
    var recall: RecallTable?
    /// See ``CodeRows/commonSquaredLength``.
    var commonSquaredLength: Float

    init(_ sealed: SealedGraph, sequence: UInt64, tagBytes: Int) {
        let graph = sealed.graph
        metric = graph.metric
        dimension = graph.dimension
        m = graph.parameters.m
        efConstruction = graph.parameters.efConstruction
        seed = graph.parameters.seed
        topLevel = graph.topLevel
        slots = graph.count
        nodes = graph.nodeCount
        upperRows = graph.upperRows
        entry = graph.entry
        self.sequence = sequence
        self.tagBytes = tagBytes
        hasRows = sealed.rows != nil
        mode = sealed.mode ?? .fast
        originals = sealed.originals
        recall = sealed.recall
        commonSquaredLength = sealed.rows?.commonSquaredLength ?? 0
    }

    /// - Parameter total: bytes of the whole segment.
    func bytes(total: Int) -> [UInt8] {
        var bytes = SegmentLayout.magic
        func put(_ value: some FixedWidthInteger) {
            withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
        }
        put(SegmentLayout.version)
        put(UInt32(Metric.allCases.firstIndex(of: metric) ?? 0))
        for value in [dimension, m, efConstruction, topLevel] { put(UInt32(value)) }
        put(seed)
        for value in [slots, nodes, upperRows] { put(UInt64(value)) }
        put(sequence)
        put(UInt64(tagBytes))
        put(entry)
        put(
            (hasRows ? Self.rowsFlag : 0) | (mode == .compact ? Self.compactFlag : 0)
                | (originals == .float16 ? Self.halvesFlag : 0))
        put(UInt64(total))
        let entries = recall?.entries ?? []
        put(UInt32(entries.count))
        put(UInt32(clamping: recall?.changes ?? 0))
        for entry in entries {
            put(UInt32(entry.efSearch))
            put(Float(entry.recallAt10).bitPattern)
            put(Float(entry.recallAt100).bitPattern)
        }
        bytes.append(contentsOf: repeatElement(0, count: Self.summed - bytes.count))
        assert(bytes.count == Self.summed)
        put(bytes.withUnsafeBytes { Checksum.of($0) })
        put(commonSquaredLength.bitPattern)
        return bytes + [UInt8](repeating: 0, count: SegmentLayout.headerSize - bytes.count)
    }

    /// Reads and judges the header of a segment.
    init(_ bytes: UnsafeRawBufferPointer) throws(SegmentError) {
        guard bytes.count >= SegmentLayout.headerSize + SegmentLayout.footerSize else {
            throw SegmentError(
                .wrongLength,
                "a segment has at least \(SegmentLayout.headerSize + SegmentLayout.footerSize) bytes, not \(bytes.count)"
            )
        }
        func word(_ offset: Int) -> UInt32 {
            UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
        }
        func long(_ offset: Int) -> UInt64 {
            UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
        }
        guard bytes.prefix(8).elementsEqual(SegmentLayout.magic) else {
            throw SegmentError(.notASegment, "the bytes do not start like a segment")
        }
        guard word(8) == SegmentLayout.version else {
            throw SegmentError(
                .unsupportedVersion,
                "version \(word(8)) of the segment format; this program reads version \(SegmentLayout.version)")
        }
        guard word(Self.summed) == Checksum.of(UnsafeRawBufferPointer(rebasing: bytes[..<Self.summed])) else {
            throw SegmentError(.checksumMismatch, "the checksum of the segment's header does not fit")
        }
        let metricNumber = Int(word(12))
        dimension = Int(word(16))
        m = Int(word(20))
        efConstruction = Int(word(24))
        topLevel = Int(word(28))
        seed = long(32)
        slots = Int(clamping: long(40))
        nodes = Int(clamping: long(48))
        upperRows = Int(clamping: long(56))
        sequence = long(64)
        tagBytes = Int(clamping: long(72))
        entry = word(80)
        hasRows = word(84) & Self.rowsFlag != 0
        mode = word(84) & Self.compactFlag != 0 ? .compact : .fast
        originals = word(84) & Self.halvesFlag != 0 ? .float16 : .float32
        let entries = Int(word(96))
        recall = Self.recall(entries: entries, word)
        let squaredLength = Float(bitPattern: word(Self.commonSquaredLengthStart))
        commonSquaredLength = squaredLength.isFinite && squaredLength > 0 ? squaredLength : 0
        metric = metricNumber < Metric.allCases.count ? Metric.allCases[metricNumber] : .squaredEuclidean
        // Ranges, so that no later arithmetic overflows.
        let parts: [(Bool, String)] = [
            (metricNumber < Metric.allCases.count, "metric number \(metricNumber)"),
            (dimension >= 1 && dimension <= 1 << 24, "\(dimension) dimensions"),
            ((HNSWParameters.minimumM...HNSWParameters.maximumM).contains(m), "m = \(m)"),
            (topLevel <= HNSWParameters.maximumLevel, "top level \(topLevel)"),
            (slots <= VectorView.maximumCount, "\(slots) slots"),
            (nodes <= slots, "\(nodes) nodes in \(slots) slots"),
            (upperRows <= slots * HNSWParameters.maximumLevel, "\(upperRows) upper lists for \(slots) slots"),
            (tagBytes <= 1 << 40, "\(tagBytes) bytes of tags"),
            (
                word(84) & ~(Self.rowsFlag | Self.compactFlag | Self.halvesFlag) == 0 && (hasRows || mode == .fast),
                "flags \(word(84))"
            ),
            (entries <= RecallTable.ladder.count, "\(entries) measured recalls"),
        ]
        for (holds, what) in parts where !holds {
            throw SegmentError(.invalidContent, "a segment cannot have \(what)")
        }
        let total = SegmentLayout(self).total
        guard bytes.count == total, long(88) == UInt64(total) else {
            throw SegmentError(.wrongLength, "\(bytes.count) bytes; a segment of this header has \(total)")
        }
    }

    private static func recall(entries: Int, _ word: (Int) -> UInt32) -> RecallTable? {
        guard (1...RecallTable.ladder.count).contains(entries) else { return nil }
        return RecallTable(
            entries: (0..<entries).map { index in
                let start = recallStart + index * recallEntrySize
                return RecallTable.Entry(
                    efSearch: Int(word(start)), recallAt10: Double(Float(bitPattern: word(start + 4))),
                    recallAt100: Double(Float(bitPattern: word(start + 8))))
            }, changes: Int(word(100)))
    }
}
