public import Lineage

/// A lineage on its way in or out, in no format: works, and credits between them.
///
/// It has no numbers of nodes, only ids, so that it can come from anywhere and go anywhere.
public struct LineageDocument: Sendable, Equatable {
    /// A work. Formats that carry credits only leave everything but the id `nil`.
    public struct Work: Sendable, Hashable {
        /// 1…512 bytes of UTF-8 without control characters, unique in a document.
        public var id: String
        public var title: String?
        /// Whoever made it, 1…512 bytes.
        public var creator: String?
        /// Milliseconds since 1970 UTC, in the years 1…9999.
        public var createdAt: Int64?
        /// `nil` when the format does not say.
        public var state: NodeState?

        public init(
            id: String, title: String? = nil, creator: String? = nil, createdAt: Int64? = nil, state: NodeState? = nil
        ) {
            self.id = id
            self.title = title
            self.creator = creator
            self.createdAt = createdAt
            self.state = state
        }
    }

    /// A credit: `child` was made from `parent`.
    public struct Credit: Sendable, Hashable {
        public var parent: String
        public var child: String
        public var kind: EdgeKind
        /// In (0, 1].
        public var weight: Float
        public var flags: EdgeFlags
        /// When it was given, milliseconds since 1970 UTC, in the years 1…9999; `nil` when the format does not say.
        public var at: Int64?

        public init(
            parent: String, child: String, kind: EdgeKind = .remix, weight: Float = 1, flags: EdgeFlags = [],
            at: Int64? = nil
        ) {
            self.parent = parent
            self.child = child
            self.kind = kind
            self.weight = weight
            self.flags = flags
            self.at = at
        }
    }

    /// Each work once. Works that credits name need not be here, unless a format asks for it.
    public var works: [Work]
    /// Each pair of child and parent once. The order among the credits of one child counts: it is the order of its parents.
    public var credits: [Credit]

    public init(works: [Work] = [], credits: [Credit] = []) {
        self.works = works
        self.credits = credits
    }

    /// The same lineage in one order: works by id, credits by child and then in the order of its parents.
    ///
    /// - Complexity: O(n log n).
    public func canonical() -> LineageDocument {
        let order = credits.enumerated().sorted { ($0.element.child, $0.offset) < ($1.element.child, $1.offset) }
        return LineageDocument(works: works.sorted { $0.id < $1.id }, credits: order.map(\.element))
    }
}

/// Where a writer takes a lineage from. May be asked several times and gives the same each time, so that a large store is
/// written without being copied into memory.
public protocol LineageSource {
    func forEachWork(_ body: (LineageDocument.Work) throws -> Void) throws
    /// All credits of one child come one after another, in the order of its parents.
    func forEachCredit(_ body: (LineageDocument.Credit) throws -> Void) throws
    /// Each work with its credits. Credits of works that are not listed come last, with a work of that id only.
    func forEachWorkWithCredits(_ body: (LineageDocument.Work, [LineageDocument.Credit]) throws -> Void) throws
}

extension LineageDocument: LineageSource {
    public func forEachWork(_ body: (Work) throws -> Void) throws { try works.forEach(body) }

    public func forEachCredit(_ body: (Credit) throws -> Void) throws {
        try forEachWorkWithCredits { _, credits in try credits.forEach(body) }
    }

    public func forEachWorkWithCredits(_ body: (Work, [Credit]) throws -> Void) throws {
        var groups = Dictionary(grouping: credits, by: \.child)
        for work in works { try body(work, groups.removeValue(forKey: work.id) ?? []) }
        guard !groups.isEmpty else { return }
        for credit in credits {
            if let group = groups.removeValue(forKey: credit.child) { try body(Work(id: credit.child), group) }
        }
    }
}
