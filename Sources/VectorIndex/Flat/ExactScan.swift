import Vectors

/// Comparing a query with rows one by one.
///
/// The query is padded to the view's stride, so that kernels need no tail. Damaged rows of a file are infinitely far.
struct ExactScan {
    let view: VectorView
    let kernel: MetricKernel
    let query: UnsafePointer<Float>
    let scratch: SearchScratch

    /// Calls `body` with every slot of a range, in order, and its distance.
    func forEach(in range: Range<Int>, _ body: (UInt32, Float) -> Void) {
        var slot = range.lowerBound
        while slot < range.upperBound {
            let rows = min(view.contiguousRows(from: UInt32(slot)), range.upperBound - slot, 64)
            if view.isIntact(slot..<slot + rows) {
                kernel.rows(
                    query, view.addresses.raw(UInt32(slot)), isHalf: slot < view.halves, stride: view.stride,
                    rows: rows,
                    count: view.stride, out: scratch.distances)
            } else {
                scratch.distances.update(repeating: .infinity, count: rows)
            }
            for row in 0..<rows { body(UInt32(slot + row), scratch.distances[row]) }
            slot += rows
        }
    }

    /// Calls `body` with each of some slots, in the order given, and its distance.
    func forEach(of slots: [UInt32], _ body: (UInt32, Float) -> Void) {
        let addresses = view.addresses
        var start = 0
        while start < slots.count {
            let rows = min(slots.count - start, SearchScratch.batch)
            for index in 0..<rows {
                scratch.slots[index] = slots[start + index]
                scratch.rows[index] = addresses.raw(slots[start + index])
            }
            measure(rows)
            for index in 0..<rows { body(scratch.slots[index], scratch.distances[index]) }
            start += rows
        }
    }

    /// The nearest of the slots in a range that are not dead. Returns how many rows were compared.
    func nearest(in range: Range<Int>, dead: SlotBitmap, hasDead: Bool, into top: inout TopKeys) -> Int {
        if hasDead {
            forEach(in: range) { slot, distance in
                if !dead.contains(slot) { top.insert(CandidateKey.make(distance: distance, slot: slot)) }
            }
        } else {
            forEach(in: range) { top.insert(CandidateKey.make(distance: $1, slot: $0)) }
        }
        return range.count
    }

    /// The nearest among the rows at the first `count` of the scratch memory's addresses.
    private func gather(_ count: Int, into top: inout TopKeys) {
        measure(count)
        for index in 0..<count {
            top.insert(CandidateKey.make(distance: scratch.distances[index], slot: scratch.slots[index]))
        }
    }

    /// Distances of the rows at the first `count` of the scratch memory's addresses, which belong to its slots.
    private func measure(_ count: Int) {
        if view.base != nil {
            for index in 0..<count where !isIntact(scratch.slots[index]) {
                scratch.rows[index] = UnsafeRawPointer(query)
            }
        }
        kernel.gather(
            query, scratch.rows, of: scratch.slots, halves: UInt32(view.halves), rows: count, count: view.stride,
            out: scratch.distances)
        for index in 0..<count where scratch.rows[index] == UnsafeRawPointer(query) {
            scratch.distances[index] = .infinity
        }
    }

    private func isIntact(_ slot: UInt32) -> Bool { view.isIntact(Int(slot)..<Int(slot) + 1) }

    /// The nearest of the slots that some keys name. Returns how many rows were compared.
    func nearest(among keys: [UInt64], into top: inout TopKeys) -> Int {
        let addresses = view.addresses
        var start = 0
        while start < keys.count {
            let rows = min(keys.count - start, SearchScratch.batch)
            for index in 0..<rows {
                scratch.slots[index] = CandidateKey.slot(keys[start + index])
                scratch.rows[index] = addresses.raw(scratch.slots[index])
            }
            gather(rows, into: &top)
            start += rows
        }
        return keys.count
    }

    /// The nearest of the slots whose bits are set in `allowed`. Returns how many rows were compared.
    func nearest(in range: Range<Int>, allowed: UnsafeBufferPointer<UInt64>, into top: inout TopKeys) -> Int {
        let addresses = view.addresses
        let limit = SearchScratch.batch
        var pending = 0
        var compared = 0
        func flush() {
            gather(pending, into: &top)
            compared += pending
            pending = 0
        }
        guard !range.isEmpty else { return 0 }
        for word in range.lowerBound / 64...(range.upperBound - 1) / 64 where word < allowed.count {
            var rest = allowed[word]
            if word == range.lowerBound / 64 { rest &= ~0 << UInt64(range.lowerBound & 63) }
            if word == range.upperBound / 64 { rest &= (1 << UInt64(range.upperBound & 63)) - 1 }
            while rest != 0 {
                let slot = UInt32(word * 64 + rest.trailingZeroBitCount)
                rest &= rest - 1
                scratch.slots[pending] = slot
                scratch.rows[pending] = addresses.raw(slot)
                pending += 1
                if pending == limit { flush() }
            }
        }
        if pending > 0 { flush() }
        return compared
    }
}
