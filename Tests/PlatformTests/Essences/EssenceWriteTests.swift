import Engine
import Platform
import StrictJSON
import TestSupport
import Testing

/// A vector that points along one axis.
func axis(_ position: Int, scale: Float = 1) -> [Float] {
    var vector = [Float](repeating: 0, count: PlatformFixture.dimension)
    vector[position] = scale
    return vector
}

func work(
    _ id: String?, realm: String = "ada", vector: [Float]? = axis(0), from parents: [String] = [],
    visibility: Visibility = .public
) -> EssenceDraft {
    EssenceDraft(
        id: id, realmId: realm, title: "Work \(id ?? "")", vector: vector,
        remixFrom: parents.map { RemixSource(essenceId: $0) }, visibility: visibility)
}

struct EssenceWriteTests {
    @Test("a work comes back as it was given")
    func roundTrip() async throws {
        let fixture = PlatformFixture()
        let platform = try await fixture.open()
        _ = try await platform.essences.create(work("root", vector: axis(1)))
        let draft = EssenceDraft(
            id: "remix", realmId: "ben", nexusId: "agent", kind: "image", title: "Tïtle \u{1F409}", text: "Text\nlines",
            vector: axis(2, scale: 3),
            spark: Spark(prompt: "p", inspiration: ["x"], model: "m", params: .object(["steps": .int(30)])),
            shadow: Shadow(negativePrompt: "n", constraints: ["c"], notes: "o"),
            remixFrom: [RemixSource(essenceId: "root", kind: "variation", weight: 0.25)],
            createdAt: Timestamp(milliseconds: 1_000), tags: ["a", "b"],
            metadata: .object(["deep": .array([.null, .double(1.5)])]), visibility: .unlisted)
        let receipt = try await platform.essences.create(draft)
        #expect(receipt.seq == 2)
        for essence in [receipt.value, try platform.essences.get("remix")] {
            #expect(essence.id == "remix")
            #expect(essence.realmId == "ben")
            #expect(essence.nexusId == "agent")
            #expect(essence.kind == "image")
            #expect(essence.title == draft.title)
            #expect(essence.text == draft.text)
            #expect(essence.spark == draft.spark)
            #expect(essence.shadow == draft.shadow)
            #expect(essence.remixFrom == [RemixSource(essenceId: "root", kind: "variation", weight: 0.25)])
            #expect(essence.createdAt == draft.createdAt)
            #expect(essence.updatedAt == Timestamp(milliseconds: PlatformFixture.start))
            #expect(essence.tags == ["a", "b"])
            #expect(essence.metadata == draft.metadata)
            #expect(essence.visibility == .unlisted)
            #expect(essence.state == .live)
            #expect(essence.seq == 2)
            #expect(essence.vector == nil)
        }
        let vector = try #require(try platform.essences.get("remix", includeVector: true).vector)
        #expect(abs(cosine(vector, axis(2)) - 1) < 1e-6)
    }

    @Test("a work without an id gets one of its own")
    func madeIds() async throws {
        let platform = try await PlatformFixture().open()
        var ids: Set<String> = []
        for _ in 0..<20 { ids.insert(try await platform.essences.create(work(nil)).value.id) }
        #expect(ids.count == 20)
        #expect(ids.allSatisfy { $0.utf8.count == 36 })
        for id in ids { #expect(try platform.essences.get(id).id == id) }
    }

    @Test("a batch names parents inside itself and is one write")
    func batch() async throws {
        let platform = try await PlatformFixture().open()
        let receipt = try await platform.essences.createBatch([
            work("a"), work("b", from: ["a"]), work("c", from: ["b"]),
        ])
        #expect(receipt.value.ids == ["a", "b", "c"])
        #expect(receipt.seq == 1)
        #expect(try platform.lineage.roots("c").items.map(\.id) == ["a"])
    }

    @Test("one bad work leaves nothing of its batch, wherever it stands")
    func atomicBatch() async throws {
        let platform = try await PlatformFixture().open()
        _ = try await platform.essences.createBatch([work("taken"), work("secret", visibility: .private)])
        let bad: [(EssenceDraft, EngineError.Code, String)] = [
            (work("taken"), .alreadyExists, "id"),
            (work("bad", vector: [1]), .invalidArgument, "vector"),
            (work("bad", from: ["nobody"]), .notFound, "remixFrom[0].essenceId"),
            (work("bad", from: ["taken", "later"]), .notFound, "remixFrom[1].essenceId"),
            (work("bad", from: ["bad"]), .invalidArgument, "remixFrom[0].essenceId"),
            (work("bad", realm: "ben", from: ["secret"]), .permissionDenied, "remixFrom[0].essenceId"),
            (work("good-0"), .invalidArgument, "id"),
        ]
        let before = platform.status()
        for (draft, code, field) in bad {
            for position in [1, 2] {
                var drafts = [work("good-0"), work("good-1", from: ["good-0"])]
                drafts.insert(draft, at: position)
                if draft.id != "good-0" { drafts.append(work("later")) }
                let error = await engineError { _ = try await platform.essences.createBatch(drafts) }
                #expect(error?.code == code, "\(field)")
                // The second of two equal ids is the one in the way.
                let stands = draft.id == "good-0" ? max(position, 1) : position
                if code != .alreadyExists { #expect(error?.field == "items[\(stands)].\(field)") }
                for id in ["good-0", "good-1", "bad", "later"] {
                    #expect(await engineError { _ = try platform.essences.get(id) }?.code == .notFound)
                }
                let after = platform.status()
                #expect(after.seq == before.seq)
                #expect(after.essences == before.essences)
                #expect(after.vectors == before.vectors)
                #expect(after.edges == before.edges)
            }
        }
        // Nothing of the refused batches is in the way of a good one.
        let receipt = try await platform.essences.createBatch([work("good-0"), work("good-1", from: ["good-0"])])
        #expect(receipt.seq == before.seq + 1)
        #expect(try platform.lineage.roots("good-1").items.map(\.id) == ["good-0"])
    }

    @Test("batches outside 1…1000 works are refused")
    func batchSizes() async throws {
        let platform = try await PlatformFixture().open()
        for drafts in [[], (0...1_000).map { work("w\($0)") }] {
            let error = await engineError { _ = try await platform.essences.createBatch(drafts) }
            #expect(error?.code == .invalidArgument)
            #expect(error?.field == "items")
            #expect(error?.limit == "1…1000 items")
        }
        #expect(platform.status().essences == 0)
        _ = try await platform.essences.createBatch((0..<1_000).map { work("w\($0)") })
        #expect(platform.status().essences == 1_000)
    }

    @Test("bad vectors name the field and the limit")
    func badVectors() async throws {
        let platform = try await PlatformFixture().open()
        var notANumber = axis(0)
        notANumber[3] = .nan
        var infinite = axis(0)
        infinite[3] = -.infinity
        let cases: [([Float]?, String)] = [
            ([1, 2], "16 numbers"), ([Float](repeating: 1, count: 17), "16 numbers"), ([], "16 numbers"),
            (nil, "16 numbers"), (notANumber, "finite"), (infinite, "finite"),
            ([Float](repeating: 0, count: 16), "length > 0"),
        ]
        for (vector, limit) in cases {
            let error = await engineError { _ = try await platform.essences.create(work("x", vector: vector)) }
            #expect(error?.code == .invalidArgument)
            #expect(error?.field == "vector")
            #expect(error?.limit == limit)
            let search = await engineError {
                _ = try platform.essences.search(EssenceSearchRequest(text: "t", vector: vector))
            }
            #expect(search?.code == .invalidArgument)
            #expect(search?.field == "vector")
            #expect(search?.limit == limit)
        }
        #expect(platform.status().seq == 0)
    }

    @Test("a text without a word is refused where the program embeds it")
    func emptyText() async throws {
        let platform = try await PlatformFixture().open(embedder: .builtIn)
        let error = await engineError {
            _ = try await platform.essences.create(EssenceDraft(id: "x", realmId: "ada", title: " \u{200B}\t"))
        }
        #expect(error?.code == .invalidArgument)
        #expect(error?.field == "title")
        #expect(error?.limit == "at least one word")
        let search = await engineError { _ = try platform.essences.search(EssenceSearchRequest(text: "\u{200D} ")) }
        #expect(search?.field == "text")
        #expect(platform.status().seq == 0)
    }

    @Test("kinds and weights of credits are checked")
    func badCredits() async throws {
        let platform = try await PlatformFixture().open()
        _ = try await platform.essences.create(work("root"))
        let cases: [(RemixSource, String)] = [
            (RemixSource(essenceId: "root", kind: "theft"), "remixFrom[0].kind"),
            (RemixSource(essenceId: "root", weight: 0), "remixFrom[0].weight"),
            (RemixSource(essenceId: "root", weight: 1.5), "remixFrom[0].weight"),
            (RemixSource(essenceId: "root", weight: .nan), "remixFrom[0].weight"),
            (RemixSource(essenceId: "root", weight: -1), "remixFrom[0].weight"),
        ]
        for (source, field) in cases {
            var draft = work("x")
            draft.remixFrom = [source]
            let error = await engineError { [draft] in _ = try await platform.essences.create(draft) }
            #expect(error?.code == .invalidArgument)
            #expect(error?.field == field)
        }
        #expect(platform.status().seq == 1)
    }

    @Test("a parent named twice is credited once; a private one by its own realm only")
    func parents() async throws {
        let platform = try await PlatformFixture().open()
        _ = try await platform.essences.createBatch([work("root"), work("secret", visibility: .private)])
        let twice = try await platform.essences.create(work("twice", from: ["root", "root"]))
        #expect(twice.value.remixFrom.map(\.essenceId) == ["root"])
        let own = try await platform.essences.create(work("own", from: ["secret"]))
        #expect(own.value.remixFrom.map(\.essenceId) == ["secret"])
        let other = await engineError {
            _ = try await platform.essences.create(work("other", realm: "ben", from: ["secret"]))
        }
        #expect(other?.code == .permissionDenied)
        let unknown = await engineError { _ = try platform.essences.get("nobody") }
        #expect(unknown?.code == .notFound)
        #expect(unknown?.field == "id")
    }
}
