/// What kind of derivation an edge is.
///
/// Raw values 0…15 are allowed; 0…3 are named.
public struct EdgeKind: RawRepresentable, Sendable, Hashable {
    public let rawValue: UInt8

    /// - Precondition: `rawValue` is at most 15.
    public init(rawValue: UInt8) {
        precondition(rawValue <= Self.rawValueMax, "edge kinds are numbered 0…15")
        self.rawValue = rawValue
    }

    static let rawValueMax: UInt8 = 15

    public static let remix = EdgeKind(rawValue: 0)
    public static let variation = EdgeKind(rawValue: 1)
    public static let collab = EdgeKind(rawValue: 2)
    public static let inspiredBy = EdgeKind(rawValue: 3)

    /// The named kinds, in the order of their raw values.
    public static let named: [EdgeKind] = [.remix, .variation, .collab, .inspiredBy]

    private static let names = ["remix", "variation", "collab", "inspiredBy"]

    /// `remix`, `variation`, `collab`, `inspiredBy`, or `kind<n>` for a kind without a name.
    public var name: String {
        Int(rawValue) < Self.names.count ? Self.names[Int(rawValue)] : "kind\(rawValue)"
    }

    /// The kind with that name, or `nil`.
    public init?(name: String) {
        if let index = Self.names.firstIndex(of: name) {
            self.init(rawValue: UInt8(index))
        } else if name.hasPrefix("kind"), let value = UInt8(name.dropFirst(4)), value <= Self.rawValueMax {
            self.init(rawValue: value)
        } else {
            return nil
        }
    }
}

extension EdgeKind: CustomStringConvertible {
    public var description: String { name }
}

/// What is known about an edge besides its kind and weight.
public struct EdgeFlags: OptionSet, Sendable, Hashable {
    public let rawValue: UInt8

    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// A false claim: the edge stays on record, and no operation follows it.
    public static let retracted = EdgeFlags(rawValue: 1 << 0)
    /// Credited after the child's birth.
    public static let late = EdgeFlags(rawValue: 1 << 1)
    /// Contested: followed, but attribution reports what passes over it as held.
    public static let disputed = EdgeFlags(rawValue: 1 << 2)
    /// Found by similarity and accepted, not declared by the creator.
    public static let inferred = EdgeFlags(rawValue: 1 << 3)

    static let all: EdgeFlags = [.retracted, .late, .disputed, .inferred]

    /// Names of the flags that are set, in the order of their bits.
    public var names: [String] {
        var names: [String] = []
        if contains(.retracted) { names.append("retracted") }
        if contains(.late) { names.append("late") }
        if contains(.disputed) { names.append("disputed") }
        if contains(.inferred) { names.append("inferred") }
        return names
    }

    /// The flag with that name, or `nil`.
    public init?(name: String) {
        switch name {
        case "retracted": self = .retracted
        case "late": self = .late
        case "disputed": self = .disputed
        case "inferred": self = .inferred
        default: return nil
        }
    }
}

/// One parent of a work, as given when the work or the credit is added and as read back.
public struct ParentLink: Sendable, Hashable {
    /// Node of the parent.
    public var parent: UInt32
    public var kind: EdgeKind
    /// Relative weight among the parents, in (0, 1]. Kept exactly.
    public var weight: Float
    public var flags: EdgeFlags
    /// When the credit was given, milliseconds since 1970 UTC.
    public var at: Int64

    public init(parent: UInt32, kind: EdgeKind = .remix, weight: Float = 1, flags: EdgeFlags = [], at: Int64 = 0) {
        self.parent = parent
        self.kind = kind
        self.weight = weight
        self.flags = flags
        self.at = at
    }
}

/// An edge: `child` was made from `parent`.
public struct LineageEdge: Sendable, Hashable {
    public var child: UInt32
    public var parent: UInt32
    public var kind: EdgeKind
    /// In (0, 1].
    public var weight: Float
    public var flags: EdgeFlags
    /// When the credit was given, milliseconds since 1970 UTC.
    public var at: Int64

    public init(child: UInt32, link: ParentLink) {
        self.child = child
        parent = link.parent
        kind = link.kind
        weight = link.weight
        flags = link.flags
        at = link.at
    }

    /// The edge seen from its child.
    public var link: ParentLink {
        ParentLink(parent: parent, kind: kind, weight: weight, flags: flags, at: at)
    }
}

/// What became of a work. Its node and edges stay in every state: lineage survives a takedown.
public enum NodeState: UInt8, Sendable, CaseIterable {
    case live = 0
    /// Withdrawn by its creator. Walks pass through it; it keeps its attribution share.
    case hidden = 1
    /// Removed for legal reasons. Walks pass through it; its attribution share is withheld.
    case redacted = 2
    /// A duplicate of another work. Walks pass through it; whoever asks for it is forwarded by the layer above.
    case merged = 3
}
