public import Lineage

/// A neighborhood with names, ready to be drawn as SVG or as a Graphviz file.
public struct LineagePicture: Sendable {
    /// What a box says.
    public struct Label: Sendable, Hashable {
        /// Shown when there is no title, and in the tooltip.
        public var id: String
        public var title: String?
        public var creator: String?
        /// Shown as it is, such as a date.
        public var detail: String?
        public var state: NodeState
        /// Nothing but its place is shown of a private work.
        public var isPrivate: Bool

        public init(
            id: String, title: String? = nil, creator: String? = nil, detail: String? = nil, state: NodeState = .live,
            isPrivate: Bool = false
        ) {
            self.id = id
            self.title = title
            self.creator = creator
            self.detail = detail
            self.state = state
            self.isPrivate = isPrivate
        }
    }

    struct Box {
        var label: Label
        var level: Int
        var isFocus: Bool
        var moreParents: Int
        var moreChildren: Int
    }

    struct Arrow {
        /// Positions in `boxes`.
        var parent: Int
        var child: Int
        var kind: EdgeKind
        var weight: Float
        var flags: EdgeFlags
    }

    let boxes: [Box]
    let arrows: [Arrow]

    /// - Parameter label: what to write for a node; asked once for each shown work.
    public init(_ neighborhood: LineageNeighborhood, label: (UInt32) throws -> Label) rethrows {
        boxes = try neighborhood.places.map { place in
            Box(
                label: try label(place.node), level: place.level, isFocus: place.node == neighborhood.focus,
                moreParents: place.moreParents, moreChildren: place.moreChildren)
        }
        var positions: [UInt32: Int] = [:]
        for (position, place) in neighborhood.places.enumerated() { positions[place.node] = position }
        arrows = neighborhood.edges.compactMap { edge in
            guard let parent = positions[edge.parent], let child = positions[edge.child] else { return nil }
            return Arrow(parent: parent, child: child, kind: edge.kind, weight: edge.weight, flags: edge.flags)
        }
    }
}

extension LineagePicture.Box {
    /// First line: the title, or what stands for it.
    var heading: String {
        if label.isPrivate { return "private work" }
        return switch label.state {
        case .live, .merged: label.title.flatMap { $0.isEmpty ? nil : $0 } ?? label.id
        case .hidden: "hidden work"
        case .redacted: "redacted work"
        }
    }

    /// Second line.
    var caption: String {
        if label.isPrivate { return "" }
        let state = label.state == .merged ? "merged" : nil
        let creator = label.state == .redacted ? nil : label.creator.map { "by " + $0 }
        return [state, creator, label.detail].compactMap { $0 }.joined(separator: " · ")
    }

    /// Whether the work itself can be looked at.
    var isOpen: Bool { label.state != .redacted && !label.isPrivate }

    /// Everything, for a tooltip.
    var tooltip: String {
        var lines = [heading]
        if heading != label.id, !label.isPrivate { lines.append(label.id) }
        if !caption.isEmpty { lines.append(caption) }
        if moreParents > 0 { lines.append("made from \(moreParents) more") }
        if moreChildren > 0 { lines.append("remixed into \(moreChildren) more") }
        return lines.joined(separator: "\n")
    }
}

extension LineagePicture.Arrow {
    /// `remix, weight 0.7, disputed`.
    var tooltip: String {
        ([kind.name, "weight \((weight * 1_000).rounded() / 1_000)"] + flags.names).joined(separator: ", ")
    }
}
