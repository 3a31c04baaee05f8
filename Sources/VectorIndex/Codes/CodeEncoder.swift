import CKernels
import Dispatch
import Synchronization
import Vectors

/// Fills the rows of ``CodeRows``.
///
/// SAFETY: parallel parts write disjoint rows; `vectors` and `rows` are owned by the caller, who waits.
struct CodeEncoder: @unchecked Sendable {
    let graph: HNSWGraph
    let view: VectorView
    let layout: CodeLayout
    let rotation: RandomRotation
    let rotatedMean: [Float]
    /// Rotated vectors, `padded` floats a slot: centered on the mean for Euclidean distance, as they are otherwise.
    let vectors: UnsafeMutablePointer<Float>
    let rows: UnsafeMutableRawPointer
    let base: CodeRows?

    /// Squared lengths outside of it lose their precision in float32.
    private static let squaredLengths: ClosedRange<Float> = 1e-24...1e24

    private func parallel(threads: Int, _ body: @escaping @Sendable (Range<Int>) -> Void) {
        let part = 1_024
        let parts = (graph.count + part - 1) / part
        let next = Atomic(0)
        DispatchQueue.concurrentPerform(iterations: max(min(threads, parts), 1)) { _ in
            while true {
                let index = next.add(1, ordering: .relaxed).oldValue
                if index >= parts { return }
                body(index * part..<min((index + 1) * part, graph.count))
            }
        }
    }

    /// Rotates all vectors of nodes. Returns whether their lengths can be worked with.
    func rotate(threads: Int) -> Bool {
        let isSound = Atomic(true)
        let isCentered = graph.metric == .squaredEuclidean
        parallel(threads: threads) { slots in
            for slot in slots where graph.isLinked(UInt32(slot)) {
                let row = view.row(UInt32(slot))
                let vector = vectors + slot * layout.padded
                for index in 0..<view.dimension { vector[index] = row[index] }
                rotation.apply(vector)
                if isCentered {
                    for index in 0..<layout.padded { vector[index] -= rotatedMean[index] }
                }
                let length = Distance.dot(vector, vector, count: layout.padded)
                // A zero vector is sound: it is as far from everything as the other one is long.
                if length != 0, !Self.squaredLengths.contains(length) { isSound.store(false, ordering: .relaxed) }
            }
        }
        return isSound.load(ordering: .relaxed)
    }

    func encode(threads: Int) {
        parallel(threads: threads) { slots in
            var signs = [UInt64](repeating: 0, count: layout.padded / 64)
            for slot in slots where graph.isLinked(UInt32(slot)) {
                let row = rows + slot * layout.stride
                if copied(UInt32(slot), to: row) { continue }
                encodeOwn(slot, row)
                if layout.mode == .fast {
                    encodeNeighbors(slot, row, &signs)
                } else {
                    (row + layout.ids).copyMemory(
                        from: graph.links + slot * graph.linkStride, byteCount: graph.levelZeroLinks * 4)
                }
            }
        }
    }

    /// Takes an unchanged row from the base.
    private func copied(_ slot: UInt32, to row: UnsafeMutableRawPointer) -> Bool {
        guard let base, Int(slot) < base.count else { return false }
        let old = UnsafeRawPointer(base.row(slot))
        let ids = (old + layout.ids).assumingMemoryBound(to: UInt32.self)
        let links = graph.links + Int(slot) * graph.linkStride
        var place = 0
        while place < graph.levelZeroLinks, links[place] != HNSWGraph.none {
            if ids[place] != links[place] { return false }
            place += 1
        }
        // A node without neighbors may never have been encoded.
        guard place > 0, place == layout.neighbors || ids[place] == HNSWGraph.none else { return false }
        row.copyMemory(from: old, byteCount: layout.stride)
        return true
    }

    private func encodeOwn(_ slot: Int, _ row: UnsafeMutableRawPointer) {
        let vector = vectors + slot * layout.padded
        let isCentered = graph.metric == .squaredEuclidean
        func centered(_ index: Int) -> Float { isCentered ? vector[index] : vector[index] - rotatedMean[index] }
        var lowest = Float.infinity
        var highest = -Float.infinity
        for index in 0..<layout.padded {
            lowest = min(lowest, centered(index))
            highest = max(highest, centered(index))
        }
        let step = highest > lowest ? (highest - lowest) / 255 : 1
        let code = row.assumingMemoryBound(to: UInt8.self)
        for index in 0..<layout.padded {
            code[index] = UInt8(min(max((centered(index) - lowest) / step, 0), 255).rounded())
        }
        let factors = (row + layout.factors).assumingMemoryBound(to: Float.self)
        factors[0] = step
        factors[1] = lowest
        factors[2] = isCentered ? Distance.dot(vector, vector, count: layout.padded) : 0
    }

    private func encodeNeighbors(_ slot: Int, _ row: UnsafeMutableRawPointer, _ signs: inout [UInt64]) {
        let center = vectors + slot * layout.padded
        let links = graph.links + slot * graph.linkStride
        let add = (row + layout.add).assumingMemoryBound(to: Float.self)
        let rescale = (row + layout.rescale).assumingMemoryBound(to: Float.self)
        let ids = (row + layout.ids).assumingMemoryBound(to: UInt32.self)
        var isEnd = false
        for place in 0..<layout.neighbors {
            isEnd = isEnd || place >= graph.levelZeroLinks || links[place] == HNSWGraph.none
            if isEnd {
                ids[place] = HNSWGraph.none
                add[place] = .infinity
                rescale[place] = 0
                continue
            }
            ids[place] = links[place]
            let (constant, factor) = encodeEdge(
                center, vectors + Int(links[place]) * layout.padded, &signs,
                place, (row + layout.signs + place / 32 * layout.block).assumingMemoryBound(to: UInt8.self))
            add[place] = constant
            rescale[place] = factor
        }
    }

    /// The estimate of the distance to the neighbor is `distance to the center + add + rescale · ⟨query, signs⟩`.
    private func encodeEdge(
        _ center: UnsafePointer<Float>, _ neighbor: UnsafePointer<Float>, _ signs: inout [UInt64], _ place: Int,
        _ block: UnsafeMutablePointer<UInt8>
    ) -> (add: Float, rescale: Float) {
        var sums: (Float, Float, Float, Float) = (0, 0, 0, 0)
        withUnsafeMutableBytes(of: &sums) {
            ckernels_edge(
                center, neighbor, layout.padded, &signs,
                $0.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: Float.self))
        }
        ckernels_pack_signs(signs, layout.padded, UInt32(place % 32), block)
        let (l1, squared, signed, dot) = sums
        let scale = l1 > 0 ? squared / l1 : 0
        return graph.metric == .squaredEuclidean
            ? (squared + 2 * scale * signed, -2 * scale)
            : (scale * signed - dot, -scale)
    }
}
