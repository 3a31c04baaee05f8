import Lineage
import Synchronization

/// What the feed asks about a work's place in the lineage.
struct FamilyFacts: Sendable, Equatable {
    /// The oldest root that the work grew from; the work itself when it is a root.
    var family: UInt32
    /// Hops from the nearest root.
    var depth: Int
    /// Live works that grew from this one within the last seven days.
    var liveDescendants7d: Int
}

/// Root family and depth of every work, and how much grew from each lately: derived from the lineage on demand and
/// carried on as works are added.
///
/// A new work costs a look at its parents; a late credit, a retraction or a takedown makes all be derived again at the next
/// question, O(works + edges).
final class FamilyTree: Sendable {
    /// Ancestors of one work that are counted as having grown. Deeper lineages are cut there.
    static let ancestorsMax = 1_000
    fileprivate static let hourMs: Int64 = 3_600_000
    fileprivate static let windowMs: Int64 = 7 * 24 * hourMs

    fileprivate struct State {
        /// Version of the works that everything below is derived from.
        var version: UInt64 = 0
        var families: [UInt32] = []
        var depths: [UInt32] = []
        /// Start of the hour that `growth` belongs to, and the works that it covers.
        var hour = Int64.min
        var growthCovered = 0
        var growth: [UInt32: UInt32] = [:]
    }

    private let state = Mutex(State())

    /// Facts of works, in the order asked.
    ///
    /// - Parameters:
    ///   - version: changes when existing works or edges change.
    ///   - now: the window of growth ends with the hour that this moment lies in.
    func facts(of works: [UInt32], lineage: LineageSnapshot, version: UInt64, now: Int64) -> [FamilyFacts] {
        state.withLock { state in
            state.renew(version: version)
            state.extendFamilies(lineage)
            state.extendGrowth(lineage, hour: now - (now % Self.hourMs))
            return works.map { work in
                FamilyFacts(
                    family: state.families[Int(work)], depth: Int(state.depths[Int(work)]),
                    liveDescendants7d: Int(state.growth[work] ?? 0))
            }
        }
    }
}

extension FamilyTree.State {
    mutating func renew(version: UInt64) {
        guard version != self.version else { return }
        self = FamilyTree.State()
        self.version = version
    }

    // MARK: Families

    mutating func extendFamilies(_ lineage: LineageSnapshot) {
        let first = families.count
        guard first < lineage.nodeCount else { return }
        families += repeatElement(Self.unknown, count: lineage.nodeCount - first)
        depths += repeatElement(0, count: lineage.nodeCount - first)
        var pending: [UInt32] = []
        for work in UInt32(first)..<UInt32(lineage.nodeCount) where families[Int(work)] == Self.unknown {
            // Parents are older, so one look is enough, except after late credits: those are followed first.
            pending.append(work)
            while let next = pending.last {
                let parents = lineage.parents(of: next).map(\.parent)
                if let missing = parents.first(where: { families[Int($0)] == Self.unknown }) {
                    pending.append(missing)
                    continue
                }
                families[Int(next)] = parents.map { families[Int($0)] }.min() ?? next
                depths[Int(next)] = parents.map { depths[Int($0)] + 1 }.min() ?? 0
                pending.removeLast()
            }
        }
    }

    private static let unknown = UInt32.max

    // MARK: Growth

    mutating func extendGrowth(_ lineage: LineageSnapshot, hour: Int64) {
        if hour != self.hour {
            self.hour = hour
            growthCovered = 0
            growth = [:]
        }
        let window = hour - FamilyTree.windowMs..<hour + FamilyTree.hourMs
        while growthCovered < lineage.nodeCount {
            let work = UInt32(growthCovered)
            growthCovered += 1
            guard window.contains(lineage.createdAt(of: work)), lineage.state(of: work) == .live else { continue }
            countAncestors(of: work, lineage)
        }
    }

    private mutating func countAncestors(of work: UInt32, _ lineage: LineageSnapshot) {
        var met: Set<UInt32> = [work]
        var frontier = [work]
        while let next = frontier.popLast(), met.count <= FamilyTree.ancestorsMax {
            for link in lineage.parents(of: next) where met.insert(link.parent).inserted {
                growth[link.parent, default: 0] += 1
                frontier.append(link.parent)
            }
        }
    }
}
