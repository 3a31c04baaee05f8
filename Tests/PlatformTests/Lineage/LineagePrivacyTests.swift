import Engine
import Platform
import Testing

struct LineagePrivacyTests {
    @Test("another realm's private work cannot be credited, neither at birth nor later")
    func privateParents() async throws {
        let platform = try await PlatformFixture().open()
        _ = try await platform.essences.createBatch([
            work("secret", visibility: .private), work("unlisted", visibility: .unlisted), work("own"),
            work("foreign", realm: "ben"),
        ])
        let refused = await engineError {
            _ = try await platform.lineage.addEdge(LateEdge(child: "foreign", parent: "secret"))
        }
        #expect(refused?.code == .permissionDenied)
        #expect(refused?.field == "parent")
        #expect(platform.status().edges == 0)
        #expect(platform.status().seq == 1)
        for (child, parent) in [("own", "secret"), ("foreign", "unlisted"), ("foreign", "own")] {
            let link = try await platform.lineage.addEdge(LateEdge(child: child, parent: parent)).value
            #expect(link.parent == parent)
        }
        #expect(platform.status().edges == 3)
    }

    @Test("only works that anyone may find are among the most remixed", arguments: TopOrder.allCases)
    func top(order: TopOrder) async throws {
        let platform = try await PlatformFixture().open()
        // The works that may not be shown have the most remixes.
        var drafts = [
            work("private", visibility: .private), work("unlisted", visibility: .unlisted), work("first"),
            work("second"),
        ]
        for (parent, count) in [("private", 6), ("unlisted", 5), ("first", 3), ("second", 2)] {
            drafts += (0..<count).map {
                work("\(parent)-\($0)", realm: parent == "private" ? "ada" : "realm-\($0)", from: [parent])
            }
        }
        // Another creator below the private work, through a public one.
        drafts.append(work("below", realm: "ben", from: ["private-0"]))
        _ = try await platform.essences.createBatch(drafts)
        let shown = try platform.lineage.top(by: order, windowDays: nil, limit: 2).items
        #expect(shown.map(\.id) == ["first", "second"])
        #expect(shown.map(\.score) == [3, 2])
        let all = try platform.lineage.top(by: order, windowDays: nil, limit: 100).items
        #expect(all.map(\.id) == ["first", "second", "private-0"])
        var patch = EssencePatch()
        patch.visibility = .public
        _ = try await platform.essences.patch("unlisted", patch)
        #expect(try platform.lineage.top(by: order, windowDays: nil, limit: 1).items.map(\.id) == ["unlisted"])
    }
}
