/// Settled mass and residue of the nodes that a walk has seen, and the queue of nodes to push.
///
/// A node keeps its place from walk to walk, so that several walks over the same region number it only once.
struct LineageWalkState {
    /// Node of each place.
    private(set) var nodes: [UInt32] = []
    /// Places that the present walk has seen, in the order seen.
    private(set) var touched: [Int] = []
    private var settled: [Double] = []
    private var residue: [Double] = []
    private var isTouched: [Bool] = []
    private var isQueued: [Bool] = []
    private var queue: [Int] = []
    private var head = 0
    /// Open addressing with linear probing: place + 1, or 0 for a free cell. The count of cells is a power of two.
    private var cells = [UInt32](repeating: 0, count: 1_024)

    /// Forgets the masses of the present walk, not the numbering.
    mutating func reset() {
        for place in touched {
            settled[place] = 0
            residue[place] = 0
            isTouched[place] = false
            isQueued[place] = false
        }
        touched.removeAll(keepingCapacity: true)
        queue.removeAll(keepingCapacity: true)
        head = 0
    }

    mutating func add(_ mass: Double, to node: UInt32, tolerance: Double) {
        let place = place(of: node)
        if !isTouched[place] {
            isTouched[place] = true
            touched.append(place)
        }
        residue[place] += mass
        if residue[place] >= tolerance && !isQueued[place] {
            isQueued[place] = true
            queue.append(place)
        }
    }

    mutating func nextToPush() -> (place: Int, node: UInt32)? {
        guard head < queue.count else { return nil }
        let place = queue[head]
        head += 1
        return (place, nodes[place])
    }

    mutating func takeResidue(at place: Int) -> Double {
        let mass = residue[place]
        residue[place] = 0
        isQueued[place] = false
        return mass
    }

    mutating func settle(_ mass: Double, at place: Int) {
        settled[place] += mass
    }

    /// What has settled, plus the part of the residue that would settle where it is.
    func mass(at place: Int, restart: Double) -> Double {
        settled[place] + restart * residue[place]
    }

    private mutating func place(of node: UInt32) -> Int {
        var cell = firstCell(of: node)
        while cells[cell] != 0 {
            let place = Int(cells[cell]) - 1
            if nodes[place] == node { return place }
            cell = (cell + 1) & (cells.count - 1)
        }
        let place = nodes.count
        nodes.append(node)
        settled.append(0)
        residue.append(0)
        isTouched.append(false)
        isQueued.append(false)
        cells[cell] = UInt32(place + 1)
        // At most half full, so that probing stays short.
        if nodes.count * 2 > cells.count { grow() }
        return place
    }

    private mutating func grow() {
        cells = [UInt32](repeating: 0, count: cells.count * 2)
        for (place, node) in nodes.enumerated() {
            var cell = firstCell(of: node)
            while cells[cell] != 0 { cell = (cell + 1) & (cells.count - 1) }
            cells[cell] = UInt32(place + 1)
        }
    }

    // Safe: multiplicative hashing is defined modulo 2^64 (Knuth, TAOCP 3, 6.4); the high bits are the good ones.
    private func firstCell(of node: UInt32) -> Int {
        Int(truncatingIfNeeded: (UInt64(node) &* 0x9E37_79B9_7F4A_7C15) >> 32) & (cells.count - 1)
    }
}
