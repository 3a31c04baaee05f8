import Engine
import Platform
import TestSupport
import Testing
import TextEmbedding

struct EssencePatchTests {
    @Test("a vector follows title, text and prompt, and nothing else")
    func embedding() async throws {
        let platform = try await PlatformFixture().open(embedder: .builtIn)
        let draft = EssenceDraft(
            id: "w", realmId: "ada", title: "A red dragon", spark: Spark(prompt: "fire over a castle"))
        _ = try await platform.essences.create(draft)
        func near(_ text: String) throws -> Bool {
            let vector = try #require(try platform.essences.get("w", includeVector: true).vector)
            return abs(cosine(vector, TextEmbedder.builtIn.embed(text)) - 1) < 1e-5
        }
        func patch(_ change: (inout EssencePatch) -> Void) async throws -> Essence {
            var patch = EssencePatch()
            change(&patch)
            return try await platform.essences.patch("w", patch).value
        }
        #expect(try near("A red dragon\nfire over a castle"))

        let tagged = try await patch {
            $0.tags = ["new"]
            $0.visibility = .unlisted
            $0.nexusId = "agent"
            $0.shadow = Shadow(notes: "a quiet sea")
        }
        #expect(tagged.tags == ["new"])
        #expect(tagged.title == "A red dragon")
        #expect(tagged.seq == 2)
        #expect(try near("A red dragon\nfire over a castle"))

        _ = try await patch { $0.spark = Spark(prompt: "a quiet sea") }
        #expect(try near("A red dragon\na quiet sea"))
        _ = try await patch { $0.title = "Harbor" }
        #expect(try near("Harbor\na quiet sea"))
        _ = try await patch { $0.text = "Ships sleep." }
        #expect(try near("Harbor\nShips sleep."))
        // The prompt counts only where there is no text.
        _ = try await patch { $0.spark = Spark(prompt: "volcano") }
        #expect(try near("Harbor\nShips sleep."))

        let wordless = await engineError {
            _ = try await patch {
                $0.title = "\u{200B}"
                $0.text = " "
            }
        }
        #expect(wordless?.code == .invalidArgument)
        #expect(wordless?.limit == "at least one word")
        #expect(try platform.essences.get("w").title == "Harbor")

        _ = try await patch { $0.vector = TextEmbedder.builtIn.embed("volcano") }
        #expect(try near("volcano"))
        _ = try await patch { $0.title = "Something else entirely" }
        #expect(try near("volcano"))
        #expect(try platform.essences.similar("w", topK: 5, minScore: nil).items.isEmpty)
    }

    @Test("a search finds a patched work where it is now, not where it was")
    func searchFollows() async throws {
        let platform = try await PlatformFixture().open()
        _ = try await platform.essences.createBatch([work("moving", vector: axis(0)), work("fixed", vector: axis(1))])
        var patch = EssencePatch()
        patch.vector = axis(2)
        _ = try await platform.essences.patch("moving", patch)
        let there = try platform.essences.search(EssenceSearchRequest(vector: axis(2), topK: 10)).items
        #expect(there.map(\.id) == ["moving", "fixed"])
        #expect(abs(there[0].score - 1) < 1e-6)
        let gone = try platform.essences.search(EssenceSearchRequest(vector: axis(0), topK: 10)).items
        #expect(gone.count == 2)
        #expect(gone.allSatisfy { abs($0.score) < 1e-6 })
        #expect(platform.status().vectors == 2)
    }

    @Test("bad patches change nothing")
    func badPatches() async throws {
        let platform = try await PlatformFixture().open()
        _ = try await platform.essences.create(work("w"))
        var short = EssencePatch()
        short.vector = [1]
        var titled = EssencePatch()
        titled.title = "New"
        var withNexus = EssencePatch()
        withNexus.nexusId = ""
        for (id, patch, code, field) in [
            ("w", short, EngineError.Code.invalidArgument, "vector"), ("nobody", titled, .notFound, "id"),
            ("w", withNexus, .invalidArgument, "nexusId"),
        ] {
            let error = await engineError { _ = try await platform.essences.patch(id, patch) }
            #expect(error?.code == code)
            #expect(error?.field == field)
        }
        #expect(platform.status().seq == 1)
        // Vectors from outside stay when the title changes.
        _ = try await platform.essences.patch("w", titled)
        let essence = try platform.essences.get("w", includeVector: true)
        #expect(essence.title == "New")
        #expect(try abs(cosine(#require(essence.vector), axis(0)) - 1) < 1e-6)
    }

    @Test("visibility decides who finds a work, from the next search on")
    func visibility() async throws {
        let platform = try await PlatformFixture().open()
        _ = try await platform.essences.create(work("w"))
        func found(by realm: String?) throws -> Bool {
            var request = EssenceSearchRequest(vector: axis(0))
            request.viewerRealmId = realm
            return try !platform.essences.search(request).items.isEmpty
        }
        for (visibility, anyone, owner) in [
            (Visibility.private, false, true), (.unlisted, false, false), (.public, true, true),
        ] {
            var patch = EssencePatch()
            patch.visibility = visibility
            _ = try await platform.essences.patch("w", patch)
            #expect(try found(by: nil) == anyone, "\(visibility)")
            #expect(try found(by: "ben") == anyone, "\(visibility)")
            #expect(try found(by: "ada") == owner, "\(visibility)")
        }
    }
}
