import Engine
import Platform
import TestSupport
import Testing

/// Reviews of possible uncredited remixes: decisions that last, and what they change.
struct UncreditedReviewTests {
    private func near(_ cosine: Float, toward other: Int) -> [Float] {
        var vector = axis(0, scale: cosine)
        vector[other] = (1 - cosine * cosine).squareRoot()
        return vector
    }

    private func world(_ fixture: PlatformFixture) async throws -> ArcaneaPlatform {
        let platform = try await fixture.open()
        for draft in [
            work("original", realm: "ada", vector: axis(0)), work("echo", realm: "bob", vector: near(0.99, toward: 1)),
            work("suspect", realm: "cy", vector: near(0.995, toward: 2)),
            work("private", realm: "dee", vector: axis(5), visibility: .private),
        ] {
            fixture.clock.now += PlatformFixture.day
            _ = try await platform.essences.create(draft)
        }
        return platform
    }

    private func raised(_ platform: ArcaneaPlatform) throws -> [String] {
        try platform.lineage.uncredited("suspect", limit: 10, threshold: nil).items.map(\.id)
    }

    @Test("a rejected pair is never raised again; an accepted one is a late, inferred credit; both survive a restart")
    func decisions() async throws {
        let fixture = PlatformFixture()
        var platform = try await world(fixture)
        #expect(Set(try raised(platform)) == ["original", "echo"])
        let seq = try platform.lineage.uncredited("suspect", limit: 1, threshold: nil).seq
        let rejected = try await platform.lineage.review(
            "suspect", "echo", UncreditedReview(.rejected, note: "made independently"))
        #expect(rejected.seq == seq + 1 && rejected.value.edge == nil, "other answers get another sequence")
        #expect(try raised(platform) == ["original"])
        let accepted = try await platform.lineage.review(
            "suspect", "original", UncreditedReview(.accepted, weight: 0.5))
        let edge = try #require(accepted.value.edge)
        #expect(edge.child == "suspect" && edge.parent == "original" && edge.weight == 0.5)
        #expect(Set(edge.flags) == ["late", "inferred"])
        #expect(try platform.lineage.attribution("suspect", by: .work).items.map(\.id) == ["original", "suspect"])
        for round in ["live", "after a restart"] {
            #expect(try raised(platform).isEmpty, "\(round)")
            let reviews = try platform.lineage.reviews("suspect").items
            #expect(
                reviews.map(\.otherId) == ["original", "echo"] && reviews.map(\.decision) == ["accepted", "rejected"])
            #expect(reviews.last?.note == "made independently" && reviews.first?.edge != nil, "\(round)")
            #expect(abs((reviews.first?.cosine ?? 0) - 0.995) < 1e-5, "\(round)")
            let credit = try platform.lineage.metrics("suspect").credit
            #expect(credit.late == 1 && credit.accepted == 1 && credit.atBirth == 0 && credit.lateShare == 1)
            if round == "live" {
                await platform.close()
                platform = try await fixture.open()
            }
        }
        _ = try await platform.lineage.review("suspect", "echo", UncreditedReview(.open))
        #expect(try platform.lineage.reviews("suspect").items.count == 1)
        _ = try await platform.lineage.review("suspect", "original", UncreditedReview(.rejected))
        #expect(
            try platform.lineage.attribution("suspect", by: .work).items.map(\.id) == ["suspect"], "the credit went")
        #expect(try raised(platform) == ["echo"])
        await platform.close()
    }

    @Test("reviews that make no sense are refused with field and limit, and change nothing")
    func bad() async throws {
        let platform = try await world(PlatformFixture())
        _ = try await platform.lineage.addEdge(LateEdge(child: "suspect", parent: "original"))
        let before = try platform.lineage.reviews("suspect").seq
        for (id, other, review, code, field) in [
            ("suspect", "suspect", UncreditedReview(.rejected), EngineError.Code.invalidArgument, "otherId"),
            ("nobody", "echo", UncreditedReview(.rejected), .notFound, "id"),
            ("suspect", "nobody", UncreditedReview(.accepted), .notFound, "otherId"),
            ("suspect", "private", UncreditedReview(.accepted), .permissionDenied, "otherId"),
            ("suspect", "echo", UncreditedReview(.accepted, kind: "theft"), .invalidArgument, "kind"),
            ("suspect", "echo", UncreditedReview(.accepted, weight: 0), .invalidArgument, "weight"),
            ("suspect", "echo", UncreditedReview(.rejected, note: ""), .invalidArgument, "note"),
        ] {
            let error = await engineError { _ = try await platform.lineage.review(id, other, review) }
            #expect(error?.code == code && error?.field == field, "\(id) \(other): \(String(describing: error))")
        }
        let cycle = await engineError {
            _ = try await platform.lineage.review("original", "suspect", UncreditedReview(.accepted))
        }
        #expect(cycle?.code == .cycle)
        let there = await engineError {
            _ = try await platform.lineage.review("suspect", "original", UncreditedReview(.accepted))
        }
        #expect(there?.code == .alreadyExists)
        #expect(try platform.lineage.reviews("suspect").seq == before)
        #expect(try platform.lineage.reviews("suspect").items.isEmpty)
        await platform.close()
    }
}
