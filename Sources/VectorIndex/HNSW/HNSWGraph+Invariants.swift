extension HNSWGraph {
    /// What is wrong with the graph, in words; empty when it is sound. For tests and after reading a file.
    ///
    /// Complexity: O(nodes · m).
    func violations(limit: Int = 8) -> [String] {
        var found: [String] = []
        func check(_ condition: Bool, _ message: @autoclosure () -> String) {
            if !condition, found.count < limit { found.append(message()) }
        }
        check(count <= capacity, "\(count) slots in a graph with room for \(capacity)")
        var nodes = 0
        var highest = -1
        for slot in 0..<UInt32(count) where isLinked(slot) {
            nodes += 1
            let level = Int(levels[Int(slot)])
            highest = max(highest, level)
            check(level <= HNSWParameters.maximumLevel, "slot \(slot) is on level \(level)")
            check(
                level == 0 || Int(upperRow[Int(slot)]) + level <= upperRows,
                "slot \(slot) has level \(level) and no lists for it")
            guard found.isEmpty else { continue }
            for current in 0...level { checkList(slot, current, check) }
        }
        check(nodes == nodeCount, "\(nodes) nodes, counted as \(nodeCount)")
        if nodes == 0 {
            check(entry == Self.none, "an empty graph has the entry \(entry)")
        } else {
            check(entry < count && isLinked(entry), "the entry \(entry) is not in the graph")
            check(topLevel == highest, "the top level is \(highest), noted as \(topLevel)")
            if entry < count { check(Int(levels[Int(entry)]) == topLevel, "the entry is not on the top level") }
        }
        return found
    }

    private func checkList(_ slot: UInt32, _ level: Int, _ check: (Bool, @autoclosure () -> String) -> Void) {
        let (list, room) = list(slot, level: level)
        let neighbors = neighbors(slot, level: level)
        for index in neighbors.count..<room {
            check(list[index] == Self.none, "slot \(slot) has a link after the end of its list on level \(level)")
        }
        for (index, neighbor) in neighbors.enumerated() {
            check(neighbor < count, "slot \(slot) links to \(neighbor), which does not exist")
            guard neighbor < count else { continue }
            check(neighbor != slot, "slot \(slot) links to itself")
            check(isLinked(neighbor), "slot \(slot) links to \(neighbor), which is not in the graph")
            check(
                !isLinked(neighbor) || Int(levels[Int(neighbor)]) >= level,
                "slot \(slot) links on level \(level) to \(neighbor), which is not on it")
            check(!neighbors[..<index].contains(neighbor), "slot \(slot) links to \(neighbor) twice")
        }
    }

    /// Nodes of level 0 that a walk from the entry can reach.
    func reachableCount() -> Int {
        guard entry != Self.none else { return 0 }
        var seen = SlotBitmap(capacity: count)
        seen.insert(entry)
        var stack = [entry]
        var reached = 0
        while let slot = stack.popLast() {
            reached += 1
            for neighbor in neighbors(slot, level: 0) where !seen.contains(neighbor) {
                seen.insert(neighbor)
                stack.append(neighbor)
            }
        }
        return reached
    }
}
