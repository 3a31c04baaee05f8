import Synchronization

/// Raw addresses of one consistent state of the graph: what hot loops work on.
///
/// A view owns nothing. Whoever makes it keeps the memory alive: a ``LineageSnapshot`` through its storage, the writer
/// by being the only one who changes it.
struct GraphView: @unchecked Sendable {
    // Safe: everything behind the addresses is immutable below the view's counts, or read through atomics.
    var nodeCount: UInt32 = 0
    /// Entries of the log that this view covers.
    var logCount: UInt32 = 0

    // Sealed base.
    var baseCount: UInt32 = 0
    var parentDirectory: UnsafeRawPointer
    var parentBytes: UnsafePointer<UInt8>
    var childDirectory: UnsafeRawPointer
    var childBytes: UnsafePointer<UInt8>

    // Tail.
    var tailNodes: UnsafeMutablePointer<UnsafeMutableRawPointer>
    var log: UnsafeMutablePointer<UnsafeMutableRawPointer>
    var childHeads: UnsafeMutablePointer<UnsafeMutableRawPointer>
    var lateHeads: UnsafeMutablePointer<UnsafeMutableRawPointer>
    var hasTailEdges = false
    var hasTailLateEdges = false

    // Changed flags.
    var overlay: UnsafePointer<EdgeOverlay.Slot>?
    var overlayMask: UInt64 = 0

    // Labels.
    var labels = LineageLabels.full
    var full: UnsafeMutablePointer<UnsafeMutableRawPointer>
    var lite: UnsafeMutablePointer<UnsafeMutableRawPointer>
    var forest: UnsafeMutablePointer<UnsafeMutableRawPointer>
    var ranks: UnsafeMutablePointer<UnsafeMutableRawPointer>
    /// The first labels where they lie in one piece.
    var flatFull: UnsafePointer<FullLabel>
    var flatForest: UnsafePointer<ForestLabel>
    var flatCount: UInt32 = 0
    /// How often labels have grown, now and when this view was made.
    var growth: UnsafePointer<Atomic<UInt>>
    var growthSeen: UInt = 0
    /// False while late credits may have made the levels too small for some nodes.
    var levelsAreComplete = true
    /// False while late credits may have made the `leadsTo` labels incomplete.
    var leadsToIsComplete = true
    /// Children of edges retracted since the labels were made, at most ``retractedMax``; more make `trustsNoPositive`.
    var retractedChildren: UnsafePointer<UInt32>?
    var retractedCount = 0
    var trustsNoPositive = false
    /// True when ranks are the nodes' own numbers.
    var ranksAreNumbers = true

    // Columns.
    var createdAt: UnsafeMutablePointer<UnsafeMutableRawPointer>
    var creators: UnsafeMutablePointer<UnsafeMutableRawPointer>
    var states: UnsafeMutablePointer<UnsafeMutableRawPointer>

    static let retractedMax = 64
}

extension GraphView {
    @inline(__always)
    static func read<Element: BitwiseCopyable>(
        _ table: UnsafeMutablePointer<UnsafeMutableRawPointer>, _ index: UInt32, as type: Element.Type
    ) -> Element {
        table[Int(index >> ChunkLayout.shift)].assumingMemoryBound(to: Element.self)[Int(index & ChunkLayout.mask)]
    }

    /// Where a record lies, for records that are read in part.
    @inline(__always)
    static func place<Element: BitwiseCopyable>(
        _ table: UnsafeMutablePointer<UnsafeMutableRawPointer>, _ index: UInt32, of type: Element.Type
    ) -> UnsafePointer<Element> {
        UnsafePointer(
            table[Int(index >> ChunkLayout.shift)].assumingMemoryBound(to: Element.self) + Int(index & ChunkLayout.mask)
        )
    }

    @inline(__always)
    static func head(_ table: UnsafeMutablePointer<UnsafeMutableRawPointer>, _ node: UInt32) -> UInt32 {
        table[Int(node >> ChunkLayout.shift)].assumingMemoryBound(to: Atomic<UInt32>.self)[
            Int(node & ChunkLayout.mask)
        ].load(ordering: .acquiring)
    }

    @inline(__always)
    func fullLabel(_ node: UInt32) -> UnsafePointer<FullLabel> {
        node < flatCount ? flatFull + Int(node) : Self.place(full, node, of: FullLabel.self)
    }

    @inline(__always)
    func liteLabel(_ node: UInt32) -> UnsafePointer<LiteLabel> { Self.place(lite, node, of: LiteLabel.self) }

    @inline(__always)
    func forestLabel(_ node: UInt32) -> UnsafePointer<ForestLabel> {
        node < flatCount ? flatForest + Int(node) : Self.place(forest, node, of: ForestLabel.self)
    }

    /// Topological number: smaller than that of every child.
    @inline(__always)
    func rank(_ node: UInt32) -> UInt32 {
        ranksAreNumbers ? node : Self.read(ranks, node, as: UInt32.self)
    }

    @inline(__always)
    func createdAt(_ node: UInt32) -> Int64 { Self.read(createdAt, node, as: Int64.self) }

    @inline(__always)
    func creator(_ node: UInt32) -> UInt32 { Self.read(creators, node, as: UInt32.self) }

    @inline(__always)
    func state(_ node: UInt32) -> UInt8 { Self.read(states, node, as: UInt8.self) }

    @inline(__always)
    func logEntry(_ position: UInt32) -> UnsafePointer<LogEntry> { Self.place(log, position, of: LogEntry.self) }

    /// True when the overlay says that the edge was retracted.
    @inline(__always)
    func isRetractedLater(child: UInt32, parent: UInt32) -> Bool {
        guard let overlay else { return false }
        return EdgeOverlay.flags(overlay, mask: overlayMask, child: child, parent: parent)?.contains(.retracted)
            ?? false
    }
}
