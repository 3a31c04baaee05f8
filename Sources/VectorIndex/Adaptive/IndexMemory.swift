import Vectors

/// Bytes of an index by what they hold, in memory or mapped.
public struct IndexMemory: Sendable, Equatable {
    /// Quantized rows with the links of level 0; the links alone where there are no rows.
    public var rows = 0
    /// Levels of the nodes and the links above level 0.
    public var upperLevels = 0
    /// Vectors of the graph's slots and of the tail.
    public var originals = 0

    public var total: Int { rows + upperLevels + originals }
}

extension AdaptiveIndex {
    /// Bytes in use, without room for growth.
    public var memory: IndexMemory {
        let view = view
        var memory = IndexMemory()
        memory.originals = view.halves * view.stride * 2 + (view.count - view.halves) * view.stride * 4
        if let sealed = sealedGraph {
            let graph = sealed.graph
            memory.upperLevels = graph.count * 5 + graph.upperRows * graph.parameters.m * 4
            memory.rows = sealed.rows?.byteCount ?? graph.count * graph.levelZeroLinks * 4
        }
        return memory
    }
}
