import Engine
import Lineage
import Ranking

extension LineageService {
    /// How the credit for a work is shared: by work, by creator (realm) or by root. See `AttributionOptions` for the rule.
    public func attribution(_ id: String, by group: AttributionGroup) throws -> AttributionAnswer {
        let view = try view()
        let start = try node(id, view)
        let owner: AttributionOptions.Group =
            switch group {
            case .work: .work
            case .creator: .creator
            case .root: .root
            }
        var options = AttributionOptions(group: owner)
        // Cut short on the way, small shares would name works that are no roots.
        if group == .root { options.epsilon = 0 }
        let attribution = view.lineage.attribution(of: start, options: options)
        let nodes = attribution.shares.compactMap { if case .work(let node) = $0.owner { node } else { nil } }
        let titles = Dictionary(uniqueKeysWithValues: zip(nodes, try works(nodes, view)))
        let items = attribution.shares.map { share in
            var item = AttributionShare(
                id: "", title: nil, realmId: nil, ppm: share.ppm, share: share.share, hops: share.hops,
                held: share.held > 0)
            switch share.owner {
            case .work(let node):
                item.id = self.id(node, view)
                item.title = titles[node]?.title
                item.realmId = titles[node]?.realmId
            case .creator(let number):
                item.id = columns.realmId(of: number)
                item.realmId = item.id
            case .withheld: item.id = "withheld"
            }
            return item
        }
        return AttributionAnswer(
            id: id, by: group.rawValue, items: items, seq: view.snapshot.seq, asOf: Timestamp(milliseconds: clock()),
            tookMicros: view.timer.micros)
    }

    /// Works with the most live descendants, or the most distinct creators among them.
    ///
    /// Works that not everyone may find are left out.
    ///
    /// - Parameter windowDays: count only descendants created in the last days; all when `nil`.
    public func top(by order: TopOrder, windowDays: Int?, limit: Int) throws -> Listing<TopWork> {
        let view = try view()
        let now = clock()
        let window = windowDays.map { now - Int64($0) * 86_400_000..<now + 1 }
        let ranked = topNodes(limit, by: order, window: window, view)
        let shown = try works(ranked.map(\.node), view)
        let items = zip(ranked, shown).map { entry, work in
            TopWork(
                id: work.id, score: Double(entry.count), descendants: order == .descendants ? entry.count : nil,
                creators: order == .creators ? entry.count : nil, title: work.title, realmId: work.realmId)
        }
        return Listing(items: items, seq: view.snapshot.seq, tookMicros: view.timer.micros)
    }

    /// Asks for more until enough are left, or there are no more.
    private func topNodes(_ limit: Int, by order: TopOrder, window: Range<Int64>?, _ view: View) -> [RankedNode] {
        let rows = columns.rows
        var wanted = limit
        while true {
            let ranked =
                order == .descendants
                ? view.lineage.topByDescendants(wanted, window: window)
                : view.lineage.topByCreators(wanted, window: window)
            let shown = ranked.filter { rows[Int($0.node)].visibility == .public }
            if shown.count >= limit || ranked.count < wanted { return Array(shown.prefix(limit)) }
            wanted *= 4
        }
    }
}
