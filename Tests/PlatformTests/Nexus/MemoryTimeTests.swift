import Engine
import Platform
import TestSupport
import Testing

/// What replaces a memory, and what forgetting leaves: on both time axes.
struct MemoryTimeTests {
    private static func axis(_ place: Int, _ tilt: Float = 0) -> [Float] {
        (0..<PlatformFixture.dimension).map { $0 == place ? 1 : ($0 == place + 1 ? tilt : 0) }
    }

    private func found(
        _ platform: ArcaneaPlatform, asOf: Int64? = nil, now: Int64? = nil
    ) async throws -> Set<String> {
        var request = RecallRequest(vector: Self.axis(0), k: 100)
        request.minRelevance = 0
        request.asOf = asOf.map(Timestamp.init(milliseconds:))
        request.now = now.map(Timestamp.init(milliseconds:))
        return Set(try await platform.nexus.recall("agent", request).items.map(\.id))
    }

    @Test("a superseded memory answers for the time before, with what was known then")
    func supersede() async throws {
        let fixture = PlatformFixture()
        var platform = try await fixture.open()
        let day = PlatformFixture.day
        _ = try await platform.nexus.add(
            "agent", [MemoryDraft(id: "paris", text: "lives in Paris", vector: Self.axis(0), kind: "fact")])
        fixture.clock.now += 10 * day
        // Learned today: moved four days ago.
        let moved = fixture.clock.now - 4 * day
        let receipt = try await platform.nexus.supersede(
            "agent", "paris",
            SupersedeRequest(
                memory: MemoryDraft(id: "rome", text: "lives in Rome", vector: Self.axis(0, 0.1), kind: "fact"),
                at: Timestamp(milliseconds: moved)))
        #expect(receipt.value.old.validTo?.milliseconds == moved && receipt.value.old.supersededBy == "rome")
        #expect(receipt.value.new.validFrom?.milliseconds == moved && receipt.value.new.supersedes == ["paris"])
        #expect(receipt.seq == 2 && receipt.value.new.seq == 2)
        let learned = fixture.clock.now
        fixture.clock.now += day
        for round in ["live", "after a restart"] {
            #expect(try await found(platform) == ["rome"], "\(round)")
            #expect(try await found(platform, now: moved - day) == ["paris"], "what holds then, as known now: \(round)")
            #expect(try await found(platform, now: moved + day) == ["rome"], "\(round)")
            #expect(try await found(platform, asOf: moved + day) == ["paris"], "nobody knew of the move yet: \(round)")
            #expect(try await found(platform, asOf: learned) == ["rome"], "\(round)")
            if round == "live" {
                await platform.close()
                platform = try await fixture.open()
            }
        }
        #expect(try platform.nexus.get("agent", "paris").supersededBy == "rome")
        await platform.close()
    }

    @Test("one stored memory may take the place of several; none is replaced twice, nor by itself")
    func supersedeByStored() async throws {
        let platform = try await PlatformFixture().open()
        _ = try await platform.nexus.add(
            "agent", ["a", "b", "c"].enumerated().map { MemoryDraft(id: $1, vector: Self.axis(0, Float($0) / 10)) })
        _ = try await platform.nexus.supersede("agent", "a", SupersedeRequest(by: "c"))
        let second = try await platform.nexus.supersede("agent", "b", SupersedeRequest(by: "c"))
        #expect(second.value.new.supersedes == ["a", "b"])
        #expect(try await found(platform) == ["c"])
        let draft = MemoryDraft(vector: Self.axis(3))
        for (id, request, code, field) in [
            ("a", SupersedeRequest(by: "b"), EngineError.Code.failedPrecondition, "id"),
            ("c", SupersedeRequest(by: "c"), .invalidArgument, "by"), ("c", SupersedeRequest(), .invalidArgument, "by"),
            ("c", SupersedeRequest(by: "a", memory: draft), .invalidArgument, "by"),
            ("c", SupersedeRequest(by: "nobody"), .notFound, "by"),
            ("nobody", SupersedeRequest(by: "c"), .notFound, "id"),
            ("c", SupersedeRequest(memory: MemoryDraft(vector: [1])), .invalidArgument, "memory.vector"),
            ("c", SupersedeRequest(memory: MemoryDraft(id: "a", vector: Self.axis(3))), .alreadyExists, "memory.id"),
        ] {
            let error = await engineError { _ = try await platform.nexus.supersede("agent", id, request) }
            #expect(error?.code == code && error?.field == field, "\(id) \(request): \(String(describing: error))")
        }
        let unknown = await engineError {
            _ = try await platform.nexus.supersede("nobody", "a", SupersedeRequest(by: "c"))
        }
        #expect(unknown?.code == .notFound)
        #expect(try await found(platform) == ["c"], "nothing was changed")
        await platform.close()
    }

    @Test("forgetting many needs their number; soft keeps the past, hard erases it from the files")
    func forget() async throws {
        let fixture = PlatformFixture()
        var platform = try await fixture.open()
        _ = try await platform.nexus.add(
            "agent",
            (0..<6).map { index in
                MemoryDraft(
                    id: "m\(index)", text: "the unspeakable secret number \(index)",
                    vector: Self.axis(0, Float(index) / 20),
                    tags: [index < 4 ? "secret" : "plain"])
            })
        _ = try await platform.nexus.add("other", [MemoryDraft(id: "m0", vector: Self.axis(0), tags: ["secret"])])
        let before = fixture.clock.now
        fixture.clock.now += PlatformFixture.day

        var request = ForgetRequest()
        request.tags = ["secret"]
        let preview = try await platform.nexus.forget("agent", request)
        #expect(preview.value.matched == 4 && preview.value.forgotten == 0)
        #expect(preview.value.ids == ["m0", "m1", "m2", "m3"])
        request.confirmCount = 3
        let wrong = await engineError { _ = try await platform.nexus.forget("agent", request) }
        #expect(wrong?.code == .failedPrecondition && wrong?.field == "confirmCount" && wrong?.limit == "4")
        #expect(try await found(platform).count == 6, "nothing was forgotten")

        request.confirmCount = 4
        let soft = try await platform.nexus.forget("agent", request)
        #expect(soft.value.forgotten == 4 && soft.seq == preview.seq + 1)
        #expect(try await found(platform) == ["m4", "m5"])
        #expect(try await found(platform, asOf: before).count == 6, "what was known then is still told")
        #expect(try platform.nexus.get("agent", "m0").forgottenAt?.milliseconds == fixture.clock.now)
        #expect(try platform.nexus.list("agent", cursor: nil, limit: 10).items.count == 6)
        let used = await engineError { _ = try await platform.nexus.use("agent", "m0") }
        #expect(used?.code == .failedPrecondition)
        request.confirmCount = 0
        #expect(try await platform.nexus.forget("agent", request).value.matched == 0, "soft forgets once")
        await platform.close()
        platform = try await fixture.open()
        #expect(try await found(platform) == ["m4", "m5"], "a soft forget survives a restart")

        request.mode = .hard
        request.confirmCount = 4
        #expect(try await platform.nexus.forget("agent", request).value.forgotten == 4)
        #expect(try await found(platform, asOf: before) == ["m4", "m5"])
        let gone = await engineError { _ = try platform.nexus.get("agent", "m0") }
        #expect(gone?.code == .notFound)
        #expect(try platform.nexus.get("other", "m0").id == "m0", "another agent's memory of that tag stays")
        #expect(traces(of: "unspeakable secret number 0", in: fixture) == [], "no file holds the erased text")
        #expect(traces(of: "unspeakable secret number 4", in: fixture) != [], "the search does find what is there")
        _ = try await platform.nexus.delete("agent", "m4")
        #expect(traces(of: "unspeakable secret number 4", in: fixture) == [])
        await platform.close()
    }

    @Test("forgetting asks for a condition; all must be said, and stands alone")
    func forgetNothing() async throws {
        let platform = try await PlatformFixture().open()
        _ = try await platform.nexus.add("agent", [MemoryDraft(id: "m", vector: Self.axis(0))])
        var both = ForgetRequest()
        both.all = true
        both.ids = ["m"]
        var turned = ForgetRequest()
        turned.from = Timestamp(milliseconds: 5)
        turned.to = Timestamp(milliseconds: 4)
        var kind = ForgetRequest()
        kind.kinds = ["dream"]
        for (request, field) in [(ForgetRequest(), "all"), (both, "all"), (turned, "to"), (kind, "kinds[0]")] {
            let error = await engineError { _ = try await platform.nexus.forget("agent", request) }
            #expect(error?.code == .invalidArgument && error?.field == field && error?.limit != nil, "\(field)")
        }
        var all = ForgetRequest(mode: .hard, confirmCount: 1)
        all.all = true
        let empty = await engineError { _ = try await platform.nexus.forget("nobody", all) }
        #expect(empty?.field == "confirmCount" && empty?.limit == "0")
        #expect(try await platform.nexus.forget("agent", all).value.forgotten == 1)
        #expect(try await found(platform).isEmpty)
        await platform.close()
    }

    /// Files of the store that contain a text.
    private func traces(of text: String, in fixture: PlatformFixture) -> [String] {
        let wanted = Array(text.utf8)
        return fixture.files().filter { _, bytes in
            guard bytes.count >= wanted.count else { return false }
            return bytes.indices.dropLast(wanted.count - 1).contains { start in
                bytes[start] == wanted[0] && bytes[start..<start + wanted.count].elementsEqual(wanted)
            }
        }.map(\.0)
    }
}
