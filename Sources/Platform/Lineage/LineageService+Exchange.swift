import Engine
import Lineage
public import LineageExchange

extension LineageService {
    /// The whole lineage of the store as of now, for a writer of ``LineageFormat``.
    ///
    /// Works that were taken down are in it with their state; titles only of live ones, and nothing but a name that tells
    /// nothing of redacted ones. Retracted credits are in it with their flag. Creators are realms.
    public func exchangeSource() throws -> StoreLineage { StoreLineage(service: self, view: try view()) }

    /// The neighborhood of a work as a picture.
    ///
    /// - Parameters:
    ///   - works: most works besides the asked one, 1…500.
    ///   - depth: most hops from it.
    /// - Throws: `notFound`; `invalidArgument` for limits out of range.
    public func picture(_ id: String, works limit: Int = 40, depth: Int = 6) throws -> LineagePicture {
        let view = try view()
        let start = try node(id, view)
        guard Self.pictureWorks.contains(limit) else {
            throw EngineError.invalid("limit", "a picture may show 1…500 works, got \(limit)", limit: "1…500")
        }
        guard Limits.lineageDepth.contains(depth) else {
            throw EngineError.invalid("depth", "depth must be in 1…1000000, got \(depth)", limit: "1…1000000")
        }
        let neighborhood = LineageNeighborhood(of: start, in: view.lineage, limit: limit, depth: depth)
        let nodes = neighborhood.places.map(\.node)
        var labels: [UInt32: LineagePicture.Label] = [:]
        for (node, work) in zip(nodes, try works(nodes, view)) {
            labels[node] = LineagePicture.Label(
                id: work.id, title: work.title, creator: work.realmId,
                detail: work.createdAt.map { String($0.formatted.prefix(10)) },
                state: (work.tombstone ?? .live).node, isPrivate: work.visibility == .private)
        }
        return LineagePicture(neighborhood) { labels[$0] ?? LineagePicture.Label(id: "#\($0)") }
    }

    static let pictureWorks = 1...500
}

/// The lineage of one snapshot of the store, read in pages: memory does not grow with it.
public struct StoreLineage: LineageSource {
    let service: LineageService
    let view: LineageService.View
    /// Called with each work and each credit that was given out, for progress.
    public var onElement: () -> Void = {}

    private static let pageSize: UInt32 = 1_000

    /// Works of every state.
    public var workCount: Int { view.lineage.nodeCount }
    /// Credits, retracted ones too.
    public var creditCount: Int { view.lineage.edgeCount + view.lineage.retractedEdgeCount }

    public func forEachWork(_ body: (LineageDocument.Work) throws -> Void) throws {
        try forEachPage { nodes, works in
            for work in works {
                try body(work)
                onElement()
            }
        }
    }

    public func forEachCredit(_ body: (LineageDocument.Credit) throws -> Void) throws {
        for node in 0..<UInt32(view.lineage.nodeCount) {
            for credit in credits(of: node) {
                try body(credit)
                onElement()
            }
        }
    }

    public func forEachWorkWithCredits(
        _ body: (LineageDocument.Work, [LineageDocument.Credit]) throws -> Void
    ) throws {
        try forEachPage { nodes, works in
            for (node, work) in zip(nodes, works) {
                try body(work, credits(of: node))
                onElement()
            }
        }
    }

    private func credits(of node: UInt32) -> [LineageDocument.Credit] {
        view.lineage.allLinks(of: node).map { link in
            LineageDocument.Credit(
                parent: service.id(link.parent, view), child: service.id(node, view), kind: link.kind,
                weight: link.weight, flags: link.flags, at: link.at)
        }
    }

    private func forEachPage(_ body: ([UInt32], [LineageDocument.Work]) throws -> Void) throws {
        let count = UInt32(view.lineage.nodeCount)
        for start in stride(from: 0, to: count, by: Int(Self.pageSize)) {
            let nodes = Array(start..<min(count, start + Self.pageSize))
            try body(
                nodes,
                try service.works(nodes, view, showsPrivate: true).map { work in
                    LineageDocument.Work(
                        id: work.id, title: work.title, creator: work.realmId,
                        createdAt: work.createdAt?.milliseconds, state: (work.tombstone ?? .live).node)
                })
        }
    }
}
