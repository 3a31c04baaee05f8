import Platform
import Testing

struct EqualScoreTests {
    @Test("equal works stand in the order of creation, however they were changed, also after a restart")
    func order() async throws {
        let fixture = PlatformFixture()
        var platform = try await fixture.open()
        let ids = (0..<50).map { "w\($0)" }
        _ = try await platform.essences.createBatch(ids.map { work($0, realm: "realm of \($0)") })
        // A vector that goes and comes back stands behind all others in the index.
        for id in ["w0", "w7", "w20"] {
            for position in [1, 0] {
                var patch = EssencePatch()
                patch.vector = axis(position)
                _ = try await platform.essences.patch(id, patch)
            }
        }
        for _ in 0..<2 {
            for topK in [1, 3, 8, 49, 50, 60] {
                for group in [nil, SearchGroup.realm, .root] {
                    var request = EssenceSearchRequest(vector: axis(0), topK: topK)
                    request.groupBy = group
                    let found = try platform.essences.search(request).items.map(\.id)
                    #expect(found == Array(ids.prefix(topK)), "topK \(topK)")
                }
                let similar = try platform.essences.similar("w5", topK: topK, minScore: nil).items.map(\.id)
                #expect(similar == Array(ids.filter { $0 != "w5" }.prefix(topK)), "topK \(topK)")
            }
            await platform.close()
            platform = try await fixture.open()
        }
    }
}
