import Engine
import Foundation
import HTTPAPI
import HTTPTypes
import Platform
import StrictJSON
import TestSupport
import Testing

/// An operator backs up and verifies a running service over HTTP, and makes a store from the backup.
@Suite struct MaintenanceRouteTests {
    /// The job once it has ended.
    private static func end(_ service: TestService, _ answer: Answer) async throws -> JSONValue {
        #expect(answer.status == 202, "\(answer)")
        let id = try #require(answer["id"]?.string)
        #expect(answer["state"]?.string == "running")
        for _ in 0..<3_000 {
            let job = try #require(try await service.get("/operations/jobs/\(id)").json)
            if job["state"]?.string != "running" { return job }
            try await Task.sleep(for: .milliseconds(5))
        }
        throw EngineError(.unavailable, "the job does not end")
    }

    private static func temporary(_ body: @Sendable (TestService, _ backups: String) async throws -> Void) async throws
    {
        let directory = TemporaryDirectory()
        let backups = directory.appending("backups")
        try await TestService.run(backups: backups) { service in try await body(service, backups) }
        withExtendedLifetime(directory) {}
    }

    @Test func aBackupOfARunningServiceIsRestored() async throws {
        let restored = TemporaryDirectory()
        try await Self.temporary { service, backups in
            for number in 0..<20 { try await service.create("work-\(number)", parents: number > 0 ? ["work-0"] : []) }
            let job = try await Self.end(service, service.post("/operations/backups", "{\"name\":\"monday\"}"))
            #expect(job["state"]?.string == "succeeded" && job["progress"]?.number == 1, "\(job)")
            #expect(
                job["backup.namespaces"]?.array.contains { $0["seq"]?.int == 20 && $0["records"]?.int == 20 } == true)
            // What comes later is not in it.
            try await service.create("later")
            let listed = try await service.get("/operations/backups")
            #expect(listed["items"]?.array.compactMap { $0["name"]?.string } == ["monday"])
            _ = try StoreMaintenance.restore(backups + "/monday", to: restored.appending("store"))

            let again = try await service.post("/operations/backups", "{\"name\":\"monday\"}")
            #expect(again.status == 409 && again.error?["code"]?.string == "already_exists", "\(again)")
            #expect(try await service.get("/operations/jobs").json?["items"]?.array.count == 1)
        }
        let platform = try await ArcaneaPlatform.open(PlatformConfiguration(directory: restored.appending("store")))
        #expect(platform.status().essences == 20 && platform.status().edges == 19)
        await platform.close()
    }

    @Test(arguments: [false, true])
    func aVerificationTellsWhatItRead(deep: Bool) async throws {
        try await Self.temporary { service, _ in
            for number in 0..<5 { try await service.create("work-\(number)") }
            let job = try await Self.end(service, service.post("/operations/verifications", "{\"deep\":\(deep)}"))
            #expect(job["state"]?.string == "succeeded" && job["deep"]?.bool == deep, "\(job)")
            #expect(job["verification.records"]?.int == 5 && job["verification.damageCount"]?.int == 0, "\(job)")
            // The service goes on writing to the store that it holds.
            try await service.create("after")
        }
    }

    @Test func aCompactionTellsWhatItGaveBack() async throws {
        try await Self.temporary { service, _ in
            let text = String(repeating: "sea ", count: 900)
            for part in 0..<5 {
                let items = (0..<100).map { "{\"id\":\"m\(part)-\($0)\",\"kind\":\"fact\",\"text\":\"\(text)\($0)\"}" }
                let body = "{\"items\":[\(items.joined(separator: ","))]}"
                #expect(try await service.post("/nexus/a/memories", body).status == 201)
            }
            for part in 0..<5 {
                for number in 0..<100 {
                    #expect(try await service.send(.delete, "/nexus/a/memories/m\(part)-\(number)").status < 300)
                }
            }
            let free = try #require(try await service.get("/operations/space")["freeBytes"]?.int)
            #expect(free > 1 << 20)
            let job = try await Self.end(service, service.post("/operations/compactions", "{}"))
            #expect(job["state"]?.string == "succeeded", "\(job)")
            #expect(job["compaction.reclaimedBytes"]?.int ?? 0 >= free, "\(job)")
            #expect(job["compaction.after.freeBytes"]?.int == 0, "\(job)")
            #expect(try await service.get("/operations/space")["freeBytes"]?.int == 0)
        }
    }

    @Test(arguments: [
        "../x", "..", ".", "", "a/b", "%2e%2e", "A", "a\\u0000b", "é", "a b", String(repeating: "a", count: 65),
    ])
    func namesStayInTheFolder(name: String) async throws {
        try await Self.temporary { service, backups in
            let answer = try await service.post("/operations/backups", "{\"name\":\"\(name)\"}")
            #expect(answer.status == 400 && answer.error?["field"]?.string == "name", "\(answer)")
            #expect(!FileManager.default.fileExists(atPath: backups))
        }
    }

    @Test func wrongQuestionsAreRefused() async throws {
        try await Self.temporary { service, _ in
            try await service.create("work")
            for body in ["", "[]", "{}", "{\"name\":1}", "{\"name\":\"a\",\"x\":1}"] {
                #expect(try await service.post("/operations/backups", body).status == 400, "\(body)")
            }
            #expect(try await service.post("/operations/verifications", "{\"deep\":1}").status == 400)
            #expect(try await service.get("/operations/jobs/none").status == 404)
            #expect(try await service.send(.delete, "/operations/backups").status == 405)
        }
    }

    @Test func operatorsNeedTheKey() async throws {
        let key = "0123456789abcdef"
        try await TestService.run(configuration: APIServerConfiguration(apiKey: key)) { service in
            for path in ["/operations/jobs", "/operations/backups", "/operations/jobs/x"] {
                #expect(try await service.get(path).status == 401, "\(path)")
            }
            #expect(try await service.post("/operations/backups", "{\"name\":\"a\"}").status == 401)
            let named = try await service.send(.get, "/operations/jobs", headers: [.authorization: "Bearer \(key)"])
            #expect(named.status == 200)
        }
    }
}
