import Engine
import Platform
import TestSupport
import Testing

/// The threshold that a store learns from its own works and credits.
struct UncreditedCalibrationTests {
    /// Works of many creators; nine in ten of the remixes credit their source.
    private func world(
        _ platform: ArcaneaPlatform, _ random: inout SeededGenerator
    ) async throws -> [(child: String, parent: String)] {
        var vectors: [[Float]] = []
        var hidden: [(child: String, parent: String)] = []
        var drafts: [EssenceDraft] = []
        for number in 0..<2_400 {
            // Remixes have a cosine of about 0.9 with their source, siblings 0.8, strangers at most 0.6.
            let isRemix = number >= 1_200
            let source = Int.random(in: 0..<1_200, using: &random)
            let vector =
                isRemix
                ? random.vector(near: vectors[source], spread: 0.48) : random.vector(64)
            vectors.append(vector)
            var draft = work("w\(number)", realm: "r\(number % 97)", vector: vector)
            if isRemix, source % 97 != number % 97 {
                if number % 10 == 0 {
                    hidden.append(("w\(number)", "w\(source)"))
                } else {
                    draft.remixFrom = [RemixSource(essenceId: "w\(source)")]
                }
            }
            draft.createdAt = Timestamp(milliseconds: PlatformFixture.start + Int64(number) * 1_000)
            drafts.append(draft)
        }
        for start in stride(from: 0, to: drafts.count, by: 800) {
            _ = try await platform.essences.createBatch(Array(drafts[start..<start + 800]))
        }
        return hidden
    }

    @Test("a calibration is stored with its model, changes the answers' sequence, and finds hidden sources")
    func calibrate() async throws {
        let seed = testSeed()
        var random = SeededGenerator(seed: seed)
        let fixture = PlatformFixture()
        var platform = try await fixture.open(embedder: .external(dimension: 64))
        let hidden = try await world(platform, &random)
        let cold = platform.lineage.calibrationAnswer()
        #expect(cold.version == 0 && cold.threshold == 0.95 && cold.at == nil)
        let seq = try platform.lineage.reviews("w0").seq
        // Too few works to resolve one in 10,000: one in 250 it is.
        let request = CalibrationRequest(falseAlarmsPerWork: 1.0 / 250)
        let receipt = try await platform.lineage.calibrate(request)
        #expect(receipt.seq == seq + 1 && receipt.value.version == 1)
        let made = receipt.value
        #expect(made.credited.count > 900 && made.randomPairs.count > 100_000 && made.nearestCount == 2_400)
        #expect(
            made.baseRate > 0.01 && made.baseRate < 0.12, "about one work in twenty: \(made.baseRate), seed \(seed)")
        #expect(made.threshold < 0.95 && made.threshold > (made.randomPairs.q9999 ?? 1) - 0.01, "\(made), seed \(seed)")
        var found = 0
        var alarms = 0
        for number in 0..<2_400 {
            let hits = try platform.lineage.uncredited("w\(number)", limit: 5, threshold: nil).items
            let source = hidden.first { $0.child == "w\(number)" }?.parent
            if hits.contains(where: { $0.id == source }) { found += 1 }
            if hits.contains(where: { $0.id != source }) { alarms += 1 }
            for hit in hits {
                #expect(hit.parts.creditedQuantile != nil && (hit.parts.randomTail ?? 1) < 0.01, "seed \(seed)")
                #expect(hit.parts.threshold == made.threshold)
            }
        }
        #expect(Double(found) >= 0.9 * Double(hidden.count), "\(found) of \(hidden.count), seed \(seed)")
        #expect(alarms <= 12, "one work in 250 makes ten: \(alarms), seed \(seed)")
        // The model is not known, so what cosines mean was learned too.
        #expect(made.relevance.c0 > -0.2 && made.relevance.c0 < 0.2 && made.relevance.c1 > 0.9)

        await platform.close()
        platform = try await fixture.open(embedder: .external(dimension: 64))
        let again = platform.lineage.calibrationAnswer()
        #expect(again.version == 1 && again.threshold == made.threshold && again.relevance.c1 == made.relevance.c1)
        let second = try await platform.lineage.calibrate(request)
        #expect(
            second.value.version == 2 && second.value.threshold == made.threshold, "the same works, the same threshold")
        await platform.close()
    }

    @Test("a store with few works keeps the cold threshold; bad requests are refused")
    func few() async throws {
        let platform = try await PlatformFixture().open()
        _ = try await platform.essences.createBatch([work("a", vector: axis(0)), work("b", vector: axis(1))])
        #expect(try await platform.lineage.calibrate().value.threshold == 0.95)
        for (request, field) in [
            (CalibrationRequest(falseAlarmsPerWork: 0), "falseAlarmsPerWork"),
            (CalibrationRequest(falseAlarmsPerWork: .nan), "falseAlarmsPerWork"),
            (CalibrationRequest(baseRate: 1), "baseRate"), (CalibrationRequest(sample: 10), "sample"),
        ] {
            let error = await engineError { _ = try await platform.lineage.calibrate(request) }
            #expect(error?.code == .invalidArgument && error?.field == field && error?.limit != nil, "\(field)")
        }
        await platform.close()
    }
}
