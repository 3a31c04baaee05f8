import Vectors

extension IndexSnapshot {
    /// Searches for several queries at once. Each result equals that of ``search(_:_:)``, but for the order of neighbors
    /// whose distances differ by rounding only.
    ///
    /// While there is no graph, all queries are compared with each block of rows by one matrix product, near the
    /// processor's peak; with a graph, walks are cheaper than any shared scan and are done one by one.
    ///
    /// - Parameter queries: `dimension` floats each, one after the other; they should be finite.
    /// - Complexity: O(queries · count · dimension) without a graph; memory for queries · k results.
    public func search(
        batch queries: UnsafeBufferPointer<Float>, _ parameters: SearchParameters
    ) -> [SearchResult] {
        precondition(queries.count % dimension == 0, "each query has \(dimension) elements")
        let count = queries.count / dimension
        func query(_ index: Int) -> UnsafeBufferPointer<Float> {
            UnsafeBufferPointer(rebasing: queries[index * dimension..<(index + 1) * dimension])
        }
        guard (graph?.nodeCount ?? 0) == 0, parameters.k > 0, liveCount > 0, count > 1 else {
            return (0..<count).map { search(query($0), parameters) }
        }
        return stride(from: 0, to: count, by: BatchExactScan.queriesPerPass).flatMap { start in
            let part = (start..<min(start + BatchExactScan.queriesPerPass, count)).map(query)
            return SearchScratch.withScratch { scratch in
                var scan = BatchExactScan(self, part, parameters)
                return scan.run(scratch)
            }
        }
    }
}

/// A few dozen queries compared with all rows by matrix products.
///
/// A product's order of additions differs from the kernels', so its sums are bounds only: a row is measured by the
/// kernel when it may be among the nearest.
struct BatchExactScan {
    static let queriesPerPass = 64
    private static let rowsPerBlock = 512

    private let snapshot: IndexSnapshot
    private let parameters: SearchParameters
    /// Padded and, where rows are, normalized.
    private let queries: AlignedMemory
    private let lengths: [Float]
    private let stride: Int
    private var upper: [TopKeys]
    private var lower: [[UInt64]]

    init(_ snapshot: IndexSnapshot, _ queries: [UnsafeBufferPointer<Float>], _ parameters: SearchParameters) {
        self.snapshot = snapshot
        self.parameters = parameters
        let stride = snapshot.view.stride
        self.stride = stride
        let memory = AlignedMemory(byteCount: queries.count * stride * MemoryLayout<Float>.size)
        self.queries = memory
        lengths = queries.enumerated().map { index, query in
            let row = memory.start.assumingMemoryBound(to: Float.self) + index * stride
            if snapshot.metric.normalizesRows {
                Normalization.normalize(query, into: row)
            } else {
                for position in query.indices { row[position] = query[position] }
            }
            return Distance.dot(row, row, count: stride).squareRoot()
        }
        upper = queries.map { _ in TopKeys(min(parameters.k, snapshot.liveCount)) }
        lower = queries.map { _ in [] }
    }

    private func query(_ index: Int) -> UnsafeMutablePointer<Float> {
        queries.start.assumingMemoryBound(to: Float.self) + index * stride
    }

    mutating func run(_ scratch: SearchScratch) -> [SearchResult] {
        let products = AlignedMemory(byteCount: lengths.count * Self.rowsPerBlock * MemoryLayout<Float>.size)
        let out = products.start.assumingMemoryBound(to: Float.self)
        let view = snapshot.view
        // Rows of float16 are widened block by block.
        let copies = AlignedMemory(
            byteCount: view.halves > 0 ? Self.rowsPerBlock * stride * MemoryLayout<Float>.size : 0)
        var slot = 0
        while slot < snapshot.count {
            let rows = min(
                view.contiguousRows(from: UInt32(slot)), Self.rowsPerBlock, snapshot.count - slot)
            let block: UnsafePointer<Float>
            if slot < view.halves {
                let copy = copies.start.assumingMemoryBound(to: Float.self)
                view.copyRows(from: UInt32(slot), count: rows, to: copy)
                block = UnsafePointer(copy)
            } else {
                block = view.row(UInt32(slot))
            }
            BatchScan.dotProducts(
                queries: query(0), queryCount: lengths.count, queryStride: stride,
                rows: block, rowCount: rows, rowStride: stride, dimension: stride, out: out)
            for row in 0..<rows where qualifies(UInt32(slot + row)) {
                judge(UInt32(slot + row), block + row * stride, out + row, rows)
            }
            slot += rows
        }
        return lengths.indices.map { result($0, scratch) }
    }

    private func qualifies(_ slot: UInt32) -> Bool {
        !snapshot.dead.contains(slot) && parameters.filter?.contains(slot) != false
    }

    /// Keeps a row for the queries to which it may be among the nearest.
    ///
    /// - Parameter products: with the first query; with the others every `rows` floats.
    private mutating func judge(
        _ slot: UInt32, _ row: UnsafePointer<Float>, _ products: UnsafePointer<Float>, _ rows: Int
    ) {
        let squared = Distance.dot(row, row, count: stride)
        let length = squared.squareRoot()
        // Of a sum of d products by either way: at most d times the unit of rounding times the lengths.
        let rounding = 4 * Float(stride) * Float.ulpOfOne
        for index in lengths.indices {
            let product = products[index * rows]
            let distance: Float
            var error: Float
            switch snapshot.metric {
            case .squaredEuclidean:
                distance = squared + lengths[index] * lengths[index] - 2 * product
                error = rounding * (length + lengths[index]) * (length + lengths[index])
            case .cosine, .dotProduct:
                distance = (snapshot.metric == .cosine ? 1 : 0) - product
                error = rounding * (length * lengths[index] + 1)
            }
            // Lengths that float32 cannot square say nothing: such a row is measured.
            if !distance.isFinite || !error.isFinite { error = .infinity }
            let low = CandidateKey.make(distance: error.isFinite ? distance - error : -.infinity, slot: slot)
            guard low < upper[index].threshold else { continue }
            lower[index].append(low)
            if error.isFinite { upper[index].insert(CandidateKey.make(distance: distance + error, slot: slot)) }
        }
    }

    private mutating func result(_ index: Int, _ scratch: SearchScratch) -> SearchResult {
        let limit = upper[index].finish()
        var keys = lower[index]
        if limit.count == min(parameters.k, snapshot.liveCount), let last = limit.last { keys.removeAll { $0 > last } }
        let scan = ExactScan(
            view: snapshot.view, kernel: MetricKernel(snapshot.metric), query: UnsafePointer(query(index)),
            scratch: scratch)
        var top = TopKeys(min(parameters.k, snapshot.liveCount))
        var counters = SearchCounters()
        counters.plan = keys.isEmpty ? .empty : parameters.filter == nil ? .exact : .exactFilter
        counters.distanceComputations = scan.nearest(among: keys, into: &top) + snapshot.count
        return SearchResult(neighbors: top.finish().map(CandidateKey.neighbor), counters: counters)
    }
}
