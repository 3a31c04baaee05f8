import HTTPTypes
import HummingbirdTesting
import NIOCore
import Testing

@testable import HTTPAPI

/// The page at `/` as bytes and headers; `Tools/page-test` looks at it with a browser.
struct PageTests {
    @Test("every file answers with its type, its policy and its tag, and with 304 to who has it")
    func files() async throws {
        try await TestService.run { service in
            for file in PageFile.all {
                let answer = try await service.get(file.path)
                #expect(answer.status == 200, "\(file.path)")
                #expect(answer.headers[.contentType] == file.contentType, "\(file.path)")
                #expect(answer.bytes.count == file.bytes.readableBytes, "\(file.path)")
                #expect(answer.headers[.xContentTypeOptions] == "nosniff", "\(file.path)")
                #expect(answer.headers[.cacheControl] == "no-cache", "\(file.path)")
                let tag = try #require(answer.headers[.eTag])
                for condition in [tag, "W/\(tag)", "\"other\", \(tag)", "*"] {
                    let known = try await service.send(.get, file.path, headers: [.ifNoneMatch: condition])
                    #expect(known.status == 304, "\(file.path) \(condition)")
                    #expect(known.bytes.isEmpty, "\(file.path)")
                    #expect(known.headers[.eTag] == tag, "\(file.path)")
                }
                for condition in ["\"other\"", tag + "x", ""] {
                    let changed = try await service.send(.get, file.path, headers: [.ifNoneMatch: condition])
                    #expect(changed.status == 200, "\(file.path) \(condition)")
                }
                let head = try await service.send(.head, file.path)
                #expect(head.status == 200 && head.bytes.isEmpty, "\(file.path)")
            }
            #expect(Set(PageFile.all.map(\.entityTag)).count == PageFile.all.count)
            #expect(try await service.get("/page/nothing.js").status == 404)
            expectRefusal(
                try await service.get("/?q=x"), 400, "invalid_argument", field: "q", limit: "none is allowed")
        }
    }

    @Test("the policy lets the page run and load its own files only")
    func policy() async throws {
        try await TestService.run { service in
            let policy = try #require(try await service.get("/").headers[.contentSecurityPolicy])
            let directives = policy.split(separator: "; ").map { $0.split(separator: " ").map(String.init) }
            let byName = Dictionary(uniqueKeysWithValues: directives.map { ($0[0], Array($0.dropFirst())) })
            #expect(byName["default-src"] == ["'none'"])
            for name in ["script-src", "style-src", "img-src", "connect-src"] { #expect(byName[name] == ["'self'"]) }
            for name in ["base-uri", "form-action", "frame-ancestors"] { #expect(byName[name] == ["'none'"]) }
            #expect(byName["require-trusted-types-for"] == ["'script'"])
            #expect(!policy.contains("unsafe"))
        }
    }

    @Test("no file names another host, brings script or style inline, or makes markup of text")
    func resources() throws {
        for file in PageFile.all {
            let text = String(buffer: file.bytes)
            let rest = text.replacing("http://www.w3.org/2000/svg", with: "")
            #expect(!rest.contains("://") && !rest.contains("url("), "\(file.path)")
            for word in [
                "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "style=\"", "<style",
            ] {
                #expect(!text.contains(word), "\(file.path): \(word)")
            }
            #expect(text.firstMatch(of: /\son[a-z]+="/) == nil, "\(file.path)")
        }
        let page = try #require(PageFile.all.first { $0.path == "/" })
        let names = String(buffer: page.bytes).matches(of: /(?:href|src)="(page\/[^"]+)"/).map { "/" + $0.1 }
        #expect(names.count >= 3)
        let imports = PageFile.all.flatMap { file in
            String(buffer: file.bytes).matches(of: /from '\.\/([a-z]+\.js)'/).map { "/page/" + $0.1 }
        }
        let paths = Set(PageFile.all.map(\.path))
        for name in names + imports { #expect(paths.contains(name), "\(name) is loaded, and not there") }
    }

    @Test("the page needs no key, the questions that it asks do")
    func key() async throws {
        let key = "0123456789abcdef"
        try await TestService.run(configuration: APIServerConfiguration(apiKey: key)) { service in
            for file in PageFile.all { #expect(try await service.get(file.path).status == 200, "\(file.path)") }
            let asked = [
                "/nexus", "/feed/viewers", "/essences/a", "/essences/a/picture", "/essences/a/lineage",
                "/lineage/top", "/page", "/page/", "//", "/page/app.js/more",
            ]
            for path in asked {
                let answer = try await service.get(path)
                expectRefusal(answer, 401, "unauthenticated", field: "Api-Key", limit: nil)
            }
        }
    }

    @Test("a page of another name or site gets nothing from a service without a key")
    func loopbackOnly() async throws {
        try await TestService.run(setup: .live) { service in
            let port = try #require(service.client.port)
            let answer = await RawConnection.offPool { () -> String? in
                guard let connection = RawConnection(port: port) else { return nil }
                defer { connection.close() }
                connection.send("GET / HTTP/1.1\r\nHost: rebound.example\r\n\r\n")
                return connection.receive(waiting: 20_000)
            }
            #expect(answer?.hasPrefix("HTTP/1.1 403") == true, "\(answer ?? "no answer")")
        }
    }

    @Test("a picture links what may be looked at and tells nothing of the rest")
    func picture() async throws {
        try await TestService.run { service in
            try await service.create("root/1", title: "first & last")
            for name in ["secret", "hidden", "redacted"] {
                let visibility = name == "secret" ? "private" : "public"
                let made = try await service.post(
                    "/essences",
                    """
                    {"id":"\(name)","realmId":"aurora","title":"quetzalcoatlus \(name)","visibility":"\(visibility)",
                     "remixFrom":[{"essenceId":"root/1"}]}
                    """)
                #expect(made.status == 201, "\(made)")
            }
            try await service.create("child", parents: ["secret", "hidden", "redacted"])
            #expect(try await service.send(.delete, "/essences/hidden").status == 200)
            #expect(try await service.send(.delete, "/essences/redacted?state=redacted").status == 200)

            let answer = try await service.get("/essences/child/picture")
            #expect(answer.status == 200)
            #expect(answer.headers[.contentType] == "image/svg+xml")
            #expect(answer.headers[.contentSecurityPolicy]?.hasPrefix("default-src 'none'") == true)
            let svg = String(decoding: answer.bytes, as: UTF8.self)
            #expect(svg.contains("href=\"/#/work/root%2F1\"") && svg.contains("first &amp; last"))
            #expect(svg.contains("href=\"/#/work/hidden\""))
            #expect(!svg.contains("quetzalcoatlus") && !svg.contains("secret") && !svg.contains("/redacted"))
            #expect(svg.contains("private work") && svg.contains("hidden work") && svg.contains("redacted work"))
            #expect(svg.contains("<style>"))
            let bare = try await service.get("/essences/child/picture?style=none&limit=1")
            #expect(!String(decoding: bare.bytes, as: UTF8.self).contains("<style>"))

            // What the page's other questions say about them.
            for path in [
                "lineage?direction=ancestors", "lineage?direction=descendants", "siblings", "cousins", "roots",
                "attribution?by=work", "attribution?by=root", "related", "similar", "uncredited",
            ] {
                for id in ["child", "root%2F1"] {
                    let answer = try await service.get("/essences/\(id)/\(path)")
                    #expect(answer.status == 200, "\(answer)")
                    #expect(!"\(answer)".contains("quetzalcoatlus"), "\(path): \(answer)")
                }
            }
            let lineage = try await service.get("/essences/child/lineage?depth=1")
            let visibilities = lineage.json?["items"]?.array.map { $0["visibility"]?.string }
            #expect(visibilities?.compactMap { $0 } == ["private"])
            expectRefusal(
                try await service.get("/essences/child/picture?limit=501"), 400, "invalid_argument", field: "limit",
                limit: "1…500")
            #expect(try await service.get("/essences/nobody/picture").status == 404)
        }
    }

    @Test("agents and viewers are listed by id, from a prefix on")
    func directories() async throws {
        try await TestService.run { service in
            #expect(try await service.get("/nexus").ids == [])
            #expect(try await service.get("/feed/viewers").ids == [])
            for (nexus, count) in [("scribe", 2), ("oracle", 1), ("scout", 1)] {
                for number in 0..<count {
                    let answer = try await service.post(
                        "/nexus/\(nexus)/memories", "{\"text\":\"memory \(number) of \(nexus)\",\"kind\":\"fact\"}")
                    #expect(answer.status == 201, "\(answer)")
                }
            }
            let agents = try await service.get("/nexus")
            #expect(agents.ids == ["oracle", "scout", "scribe"])
            #expect(agents.json?["items"]?.array.map { $0["memories"]?.int } == [1, 1, 2])
            #expect(try await service.get("/nexus?prefix=sc&limit=1").ids == ["scout"])
            expectRefusal(
                try await service.get("/nexus?limit=0"), 400, "invalid_argument", field: "limit", limit: "1…1000")

            try await service.create("w")
            let events = try await service.post(
                "/feed/events",
                """
                {"events":[{"kind":"like","viewerId":"vera","essenceId":"w"},{"kind":"follow","viewerId":"vera","realmId":"aurora"},
                {"kind":"view","viewerId":"adam","essenceId":"w"}]}
                """)
            #expect(events.status == 200, "\(events)")
            let viewers = try await service.get("/feed/viewers")
            #expect(viewers.ids == ["adam", "vera"])
            #expect(viewers.json?["items"]?.array.map { $0["works"]?.int } == [1, 1])
            #expect(viewers.json?["items"]?.array.map { $0["follows"]?.int } == [0, 1])
            #expect(try await service.get("/feed/viewers?prefix=v").ids == ["vera"])
        }
    }
}
