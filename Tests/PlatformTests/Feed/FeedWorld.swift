import Engine
import Foundation
import Platform
import TestSupport

/// A small platform full of works: several realms, lineages, visibilities, times.
struct FeedWorld {
    struct Work {
        var id: String
        var realm: String
        var visibility: Visibility
        var parents: [String]
        var vector: [Float]
        var createdAt: Int64
    }

    static let realms = (0..<8).map { "realm\($0)" }
    let works: [Work]
    let centers: [[Float]]

    init(_ random: inout SeededGenerator, count: Int, realms: [String] = FeedWorld.realms) {
        let centers = (0..<6).map { _ in random.vector(PlatformFixture.dimension) }
        var works: [Work] = []
        for index in 0..<count {
            var parents: Set<Int> = []
            if index > 0, Int.random(in: 0..<3, using: &random) > 0 {
                for _ in 0..<Int.random(in: 1...2, using: &random) {
                    parents.insert(Int.random(in: max(0, index - 40)..<index, using: &random))
                }
            }
            let parentIds = parents.sorted().filter { works[$0].visibility != .private }.map { works[$0].id }
            let visibility: Visibility =
                switch Int.random(in: 0..<12, using: &random) {
                case 0: .private
                case 1: .unlisted
                default: .public
                }
            works.append(
                Work(
                    id: "w\(index)", realm: realms[Int.random(in: 0..<realms.count, using: &random)],
                    visibility: visibility, parents: parentIds,
                    vector: random.vector(
                        near: centers[Int.random(in: 0..<centers.count, using: &random)], spread: 1.2),
                    createdAt: PlatformFixture.start - Int64(count - index) * PlatformFixture.hour))
        }
        self.works = works
        self.centers = centers
    }

    func create(in platform: ArcaneaPlatform) async throws {
        for start in stride(from: 0, to: works.count, by: 200) {
            let drafts = works[start..<min(works.count, start + 200)].map { work in
                EssenceDraft(
                    id: work.id, realmId: work.realm, title: "Work \(work.id)", vector: work.vector,
                    remixFrom: work.parents.map { RemixSource(essenceId: $0, kind: "remix", weight: 1) },
                    createdAt: Timestamp(milliseconds: work.createdAt), visibility: work.visibility)
            }
            _ = try await platform.essences.createBatch(drafts)
        }
    }

    /// The oldest root of each work's lineage, by plain walking.
    func family(of id: String) -> String {
        let byId = Dictionary(works.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        var met: Set<String> = []
        var pending = [id]
        var roots: [String] = []
        while let next = pending.popLast() {
            guard met.insert(next).inserted, let work = byId[next] else { continue }
            if work.parents.isEmpty { roots.append(next) }
            pending += work.parents
        }
        return roots.min { (Int($0.dropFirst()) ?? 0) < (Int($1.dropFirst()) ?? 0) } ?? id
    }

    func work(_ id: String) -> Work? { works.first { $0.id == id } }

    /// Random events of random viewers over the last three days.
    func events(_ random: inout SeededGenerator, count: Int, viewers: [String]) -> [FeedEvent] {
        let kinds = ["view", "view", "view", "like", "save", "share", "negative", "report"]
        return (0..<count).map { _ in
            // Squared, so that some works are much more popular than others.
            let share = Double.random(in: 0..<1, using: &random)
            return FeedEvent(
                kind: kinds[Int.random(in: 0..<kinds.count, using: &random)],
                viewerId: viewers[Int.random(in: 0..<viewers.count, using: &random)],
                essenceId: works[Int(share * share * Double(works.count))].id,
                at: Timestamp(
                    milliseconds: PlatformFixture.start - Int64.random(in: 0...72, using: &random)
                        * PlatformFixture.hour))
        }
    }
}

/// Everything of a page that must come back the same.
func picture(_ page: Listing<FeedItem>) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    return String(decoding: try encoder.encode(page.items), as: UTF8.self) + (page.cursor ?? "end")
}
