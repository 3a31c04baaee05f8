import Engine
import HTTPTypes
import HummingbirdTesting
import Platform
import StrictJSON
import TestSupport
import Testing

/// A write that is sent again under its key is answered as before, and done once.
@Suite struct IdempotencyTests {
    private static func send(
        _ service: TestService, _ method: HTTPRequest.Method, _ path: String, _ body: String? = nil, key: String
    ) async throws -> Answer {
        try await service.send(
            method, path, body: body, headers: [.init("Idempotency-Key")!: key, .contentType: "application/json"])
    }

    private static func isReplay(_ answer: Answer) -> Bool { answer.headers[.init("Idempotency-Replayed")!] == "true" }

    @Test func theFirstAnswerComesAgain() async throws {
        try await TestService.run { service in
            // Without an id each create would make another work.
            let body = #"{"realmId":"aurora","title":"A storm"}"#
            let first = try await Self.send(service, .post, "/essences", body, key: "k1")
            #expect(first.status == 201 && !Self.isReplay(first))
            for _ in 0..<3 {
                let again = try await Self.send(service, .post, "/essences", body, key: "k1")
                #expect(again.status == 201 && again.bytes == first.bytes && Self.isReplay(again))
            }
            #expect(service.platform.status().essences == 1)
            let other = try await Self.send(service, .post, "/essences", body, key: "k2")
            #expect(other.status == 201 && other.bytes != first.bytes)
            #expect(service.platform.status().essences == 2)
        }
    }

    @Test func everyKindOfWriteIsDoneOnce() async throws {
        try await TestService.run { service in
            try await service.create("dragon")
            let requests: [(HTTPRequest.Method, String, String?)] = [
                (.post, "/essences/batch", #"{"items":[{"id":"a","realmId":"r","title":"a"}]}"#),
                (
                    .post, "/essence/remix",
                    #"{"id":"b","realmId":"r","title":"b","parentIds":["dragon"]}"#
                ),
                (.patch, "/essences/a", #"{"title":"other"}"#),
                (.post, "/nexus/n/memories", #"{"items":[{"id":"m","kind":"fact","text":"the sea is cold"}]}"#),
                (.post, "/nexus/n/memories/m/use", nil), (.delete, "/nexus/n/memories/m", nil),
                (.delete, "/essences/a", nil),
            ]
            for (number, request) in requests.enumerated() {
                let key = "key-\(number)"
                let first = try await Self.send(service, request.0, request.1, request.2, key: key)
                #expect((200...201).contains(first.status), "\(request): \(first)")
                let state = try await service.state()
                let again = try await Self.send(service, request.0, request.1, request.2, key: key)
                #expect(
                    again.status == first.status && again.bytes == first.bytes && Self.isReplay(again), "\(request)")
                #expect(try await service.state() == state, "\(request)")
            }
        }
    }

    @Test func aKeyBelongsToOneRequest() async throws {
        try await TestService.run { service in
            let body = #"{"id":"a","realmId":"r","title":"a"}"#
            #expect(try await Self.send(service, .post, "/essences", body, key: "k").status == 201)
            let otherBody = try await Self.send(
                service, .post, "/essences", #"{"id":"b","realmId":"r","title":"b"}"#, key: "k")
            #expect(otherBody.status == 400 && "\(otherBody)".contains("Idempotency-Key"), "\(otherBody)")
            #expect(try await Self.send(service, .delete, "/essences/a", key: "k").status == 400)
            #expect(service.platform.status().essences == 1)
            for key in ["", String(repeating: "k", count: 256), "a b", "ключ"] {
                #expect(try await Self.send(service, .post, "/essences", body, key: key).status == 400, "\(key)")
            }
        }
    }

    /// What failed may be put right and sent again.
    @Test func failuresAreNotKept() async throws {
        try await TestService.run { service in
            let body = #"{"id":"b","realmId":"r","title":"b","remixFrom":[{"essenceId":"a"}]}"#
            #expect(try await Self.send(service, .post, "/essences", body, key: "k").status == 404)
            try await service.create("a")
            let second = try await Self.send(service, .post, "/essences", body, key: "k")
            #expect(second.status == 201 && !Self.isReplay(second))
            // Questions need no key, and one does not hurt them.
            let search = #"{"text":"b","topK":3}"#
            for _ in 0..<2 {
                let found = try await Self.send(service, .post, "/essences/search", search, key: "s")
                #expect(found.status == 200 && !Self.isReplay(found))
            }
        }
    }

    @Test func manyAtOnceAreDoneOnce() async throws {
        try await TestService.run(setup: .live) { service in
            let answers = try await withThrowingTaskGroup(of: Answer.self) { group in
                for _ in 0..<24 {
                    group.addTask {
                        try await Self.send(service, .post, "/essences", #"{"realmId":"r","title":"one"}"#, key: "k")
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(service.platform.status().essences == 1)
            #expect(answers.count { $0.status == 201 && !Self.isReplay($0) } == 1)
            #expect(answers.allSatisfy { $0.status == 201 || $0.status == 409 })
            #expect(Set(answers.filter { $0.status == 201 }.map(\.bytes)).count == 1)
        }
    }

    /// The changes are durable and the answer is not, as after a crash between the two: nothing is done twice.
    @Test func aLostAnswerIsSaid() async throws {
        try await TestService.run { service in
            let body = #"{"id":"a","realmId":"r","title":"a"}"#
            let content = Array("POST /essences\n\(body)".utf8)
            let sum = content.withUnsafeBytes { IdempotentRequest.fingerprint(of: $0) }
            let draft = try EssenceDraft(json: JSONDocument(parsing: Array(body.utf8)).root)
            let pending = IdempotentRequest(key: "k") { sum }
            _ = try await IdempotentRequest.$current.withValue(pending) {
                try await service.platform.essences.create(draft)
            }
            let again = try await Self.send(service, .post, "/essences", body, key: "k")
            #expect(again.status == 200 && Self.isReplay(again) && "\(again)".contains("lost"), "\(again)")
            #expect(service.platform.status().essences == 1)
        }
    }
}
