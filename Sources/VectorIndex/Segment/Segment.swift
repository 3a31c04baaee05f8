import Synchronization
public import Vectors

/// One immutable piece of an index in one run of bytes, such as a mapped file: the graph, the quantized rows and the
/// vectors of its slots, with checksums. ``SegmentContent`` writes it.
///
/// Opening looks at the header and the footer only. Each block of 65,536 bytes is checked when a search touches it for
/// the first time, or by ``verify()`` all at once; a block that does not fit its checksum makes every search throw.
///
/// `@unchecked Sendable`: the bytes never change while the owner lives.
public final class Segment: @unchecked Sendable {
    private let header: SegmentHeader
    private let layout: SegmentLayout
    private let bytes: UnsafeRawBufferPointer
    private let owner: any AnyObject & Sendable
    private let verifier: BlockVerifier
    /// One part in so many of a compact segment's vectors may be in memory.
    private static let residentShare = 16
    /// Made by the first search.
    private let checkedSnapshot = Mutex<IndexSnapshot?>(nil)

    /// - Parameters:
    ///   - bytes: on a 64-byte boundary, as every mapped file is.
    ///   - owner: keeps them alive and as they are.
    /// - Throws: ``SegmentError`` when these are not all the bytes of a segment, or header or footer are damaged.
    /// - Complexity: O(1), plus 4 bytes per 65,536.
    public init(mapping bytes: UnsafeRawBufferPointer, owner: any AnyObject & Sendable) throws(SegmentError) {
        precondition(Int(bitPattern: bytes.baseAddress) & 63 == 0, "a segment lies on a 64-byte boundary")
        header = try SegmentHeader(bytes)
        layout = SegmentLayout(header)
        let footer = UnsafeRawBufferPointer(rebasing: bytes[layout.footer...])
        let sums = UnsafeRawBufferPointer(rebasing: bytes[layout.sums..<layout.footer])
        guard footer[4..<8].allSatisfy({ $0 == 0 }), footer[8...].elementsEqual(SegmentLayout.endMagic),
            UInt32(littleEndian: footer.loadUnaligned(as: UInt32.self)) == Checksum.of(sums)
        else { throw SegmentError(.checksumMismatch, "the checksum of the segment's footer does not fit") }
        self.bytes = bytes
        self.owner = owner
        verifier = BlockVerifier(
            UnsafeRawBufferPointer(rebasing: bytes[..<layout.sums]), sums: sums, owner: owner)
    }

    public var dimension: Int { header.dimension }
    public var metric: Metric { header.metric }
    /// Slots that it covers.
    public var count: Int { header.slots }
    /// Slots that are in the graph.
    public var nodeCount: Int { header.nodes }
    /// What its rows hold; `nil` when it has none.
    public var mode: IndexMode? { header.hasRows ? header.mode : nil }
    /// Where its vectors lie among its bytes: of all its parts the one that a search in ``IndexMode/compact`` hardly touches.
    public var vectorBytes: Range<Int> { layout.vectors..<layout.sums }
    /// What its vectors are kept in.
    public var originals: RowPrecision { header.originals }
    /// What the writer's owner noted: the sequence of the last write in it.
    public var sequence: UInt64 { header.sequence }
    public var byteCount: Int { bytes.count }

    /// The bytes that the owner put in, checked.
    public func tags() throws(SegmentError) -> UnsafeRawBufferPointer {
        try checkStructure()
        return UnsafeRawBufferPointer(rebasing: bytes[layout.tags..<layout.tags + header.tagBytes])
    }

    /// Checks every block against its checksum, and the graph's links.
    ///
    /// - Throws: ``SegmentError``: `checksumMismatch` names the first damaged block, `invalidContent` the first bad link.
    /// - Complexity: O(bytes), about 10 GB/s once they are in memory.
    public func verify() throws(SegmentError) {
        guard verifier.checkAll() else { throw damage() }
        if let violation = parts(checked: false).graph.violations(limit: 1).first {
            throw SegmentError(.invalidContent, violation)
        }
    }

    /// The nearest neighbors in the segment; see ``IndexSnapshot/search(_:_:)``. What it touches first is checked first.
    ///
    /// - Precondition: `query` has `dimension` elements.
    /// - Throws: ``SegmentError`` when a block that was touched, now or earlier, is damaged.
    public func search(
        _ query: UnsafeBufferPointer<Float>, _ parameters: SearchParameters
    ) throws(SegmentError) -> SearchResult {
        let result = try snapshot().search(query, parameters)
        if verifier.damagedBlock != nil { throw damage() }
        return result
    }

    private func snapshot() throws(SegmentError) -> IndexSnapshot {
        try checkStructure()
        return checkedSnapshot.withLock { made in
            if let made { return made }
            let sealed = parts(checked: true)
            let store = VectorStore(dimension: header.dimension, base: sealed.vectors)
            // Slots outside the graph were dead when it was made.
            var dead = SlotBitmap()
            if header.nodes < header.slots {
                for slot in 0..<UInt32(header.slots) where !sealed.graph.isLinked(slot) { dead.insert(slot) }
            }
            let snapshot = IndexSnapshot(
                metric: header.metric, view: store.view(), dead: dead, deadCount: header.slots - header.nodes,
                graph: sealed)
            made = snapshot
            return snapshot
        }
    }

    /// The graph with its rows and vectors, for an ``AdaptiveIndex``: all checked, so that searches check nothing.
    ///
    /// - Parameter giveBack: of a segment in ``IndexMode/compact``, takes the ``vectorBytes`` out of memory; it is called
    ///   whenever a sixteenth of them may be in it.
    public func sealedGraph(giveBack: (@Sendable () -> Void)? = nil) throws(SegmentError) -> SealedGraph {
        try verify()
        guard let giveBack, mode == .compact else { return parts(checked: false) }
        giveBack()
        return parts(
            checked: false, ResidencyBudget(bytes: vectorBytes.count / Self.residentShare, giveBack: giveBack))
    }

    // MARK: - Parts

    private func damage() -> SegmentError {
        SegmentError(
            .checksumMismatch,
            "block \(verifier.damagedBlock ?? 0) of the segment, \(BlockVerifier.blockSize) bytes each, is damaged")
    }

    /// All that is neither rows nor vectors: read at random by every search, and small.
    private func checkStructure() throws(SegmentError) {
        guard verifier.isIntact(0, layout.rows) else { throw damage() }
    }

    /// - Parameter checked: whether rows and vectors are to be checked at first touch.
    private func parts(checked: Bool, _ residency: ResidencyBudget? = nil) -> SealedGraph {
        let base = bytes.baseAddress.unsafelyUnwrapped
        func words(_ offset: Int) -> UnsafePointer<UInt32> { (base + offset).assumingMemoryBound(to: UInt32.self) }
        let parameters = HNSWParameters(m: header.m, efConstruction: header.efConstruction, seed: header.seed)
        var links = (start: words(layout.links), stride: 2 * header.m)
        var rows: CodeRows?
        if let rowLayout = layout.rowLayout {
            links = (words(layout.rows + rowLayout.ids), rowLayout.stride / MemoryLayout<UInt32>.size)
            let mean = (base + layout.mean).assumingMemoryBound(to: Float.self)
            rows = CodeRows(
                metric: header.metric, rotation: RandomRotation(dimension: header.dimension, seed: header.seed),
                layout: rowLayout, count: header.slots,
                mean: Array(UnsafeBufferPointer(start: mean, count: rowLayout.padded)),
                commonSquaredLength: header.commonSquaredLength, memory: base + layout.rows,
                owner: owner, verifier: checked ? (verifier, layout.rows) : nil)
        }
        let graph = HNSWGraph(
            parameters: parameters, metric: header.metric, dimension: header.dimension,
            shape: HNSWGraph.Shape(
                slots: header.slots, nodes: header.nodes, upperRows: header.upperRows, entry: header.entry,
                topLevel: header.topLevel),
            memory: HNSWGraph.BorrowedMemory(
                links: links.start, linkStride: links.stride,
                levels: (base + layout.levels).assumingMemoryBound(to: UInt8.self), upperRow: words(layout.upperRow),
                upper: words(layout.upper)),
            owner: owner)
        let vectors = MappedRows(
            start: base + layout.vectors, precision: header.originals, count: header.slots,
            stride: layout.vectorSize / header.originals.size, owner: owner,
            verifier: checked ? (verifier, layout.vectors) : nil, residency: residency)
        return SealedGraph(graph: graph, rows: rows, vectors: vectors, recall: header.recall)
    }
}
