import HTTPTypes
import Hummingbird
import LineageExchange
import NIOCore
import Platform

/// Where works come from, what grew from them, who shares in them.
func addLineageRoutes(_ api: APIRoutes) {
    let lineage = api.platform.lineage

    // One work's neighborhood.
    api.on(.get, "/essences/{id}/lineage", query: ["direction", "depth", "kinds", "limit", "asOf"]) { request in
        try lineage.lineage(
            request.path("id"),
            LineageQuery(
                direction: request.choice("direction", default: .ancestors),
                depth: request.integer("depth", in: Limits.lineageDepth, default: 5),
                kinds: request.list("kinds", of: EdgeKindNames.all),
                limit: request.integer("limit", in: Limits.lineageLimit, default: 1_000), asOf: request.time("asOf")))
    }
    api.on(
        .get, "/essences/{id}/picture", answering: "image/svg+xml", query: ["limit", "depth", "style"]
    ) { _, request in
        let picture = try lineage.picture(
            request.path("id"), works: request.integer("limit", in: 1...500, default: 40),
            depth: request.integer("depth", in: Limits.lineageDepth, default: 6))
        var headers = PageSecurity.headers(policy: PageSecurity.picture)
        headers[.contentType] = "image/svg+xml"
        let style = try request.choice("style", default: PictureStyle.own)
        let svg = picture.svg(isStyled: style == .own, link: { "/#/work/" + PercentEncoding.encode($0.id) })
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(string: svg)))
    }
    api.on(.get, "/essences/{id}/roots") { request in
        try lineage.roots(request.path("id"))
    }
    api.on(.get, "/essences/{id}/siblings", query: ["limit"]) { request in
        try lineage.siblings(
            request.path("id"), limit: request.integer("limit", in: Limits.lineageLimit, default: 100))
    }
    api.on(.get, "/essences/{id}/cousins", query: ["limit"]) { request in
        try lineage.cousins(request.path("id"), limit: request.integer("limit", in: Limits.lineageLimit, default: 100))
    }
    api.on(.get, "/essences/{id}/attribution", query: ["by"]) { request in
        try lineage.attribution(request.path("id"), by: request.choice("by", default: .work))
    }
    api.on(.get, "/essences/{id}/metrics") { request in
        try lineage.metrics(request.path("id"))
    }
    api.on(.get, "/essences/{id}/related", query: ["limit"]) { request in
        try lineage.related(request.path("id"), limit: request.integer("limit", in: 1...200, default: 20))
    }
    api.on(.get, "/essences/{id}/uncredited", query: ["limit", "threshold"]) { request in
        try lineage.uncredited(
            request.path("id"), limit: request.integer("limit", in: 1...200, default: 20),
            threshold: request.number("threshold", in: -1...1))
    }

    // Between works, and over all of them.
    api.on(.get, "/lineage/path", query: ["from", "to"]) { request in
        try lineage.path(from: request.id("from"), to: request.id("to"))
    }
    api.on(.get, "/lineage/common", query: ["a", "b"]) { request in
        try lineage.common(request.id("a"), request.id("b"))
    }
    api.on(.post, "/lineage/is-ancestor", body: AncestryQuestions.init(json:)) { _, questions in
        try lineage.isAncestor(questions.pairs)
    }
    api.on(.get, "/lineage/top", query: ["by", "window", "limit"]) { request in
        try lineage.top(
            by: request.choice("by", default: .descendants),
            windowDays: request.optionalInteger("window", in: 1...36_500),
            limit: request.integer("limit", in: 1...1_000, default: 10))
    }

    // Late credit and its retraction.
    api.on(.post, "/lineage/edges", status: .created, body: LateEdge.init(json:)) { _, edge in
        try await lineage.addEdge(edge)
    }
    api.on(.delete, "/lineage/edges", query: ["child", "parent", "reason"]) { request in
        try await lineage.retractEdge(
            child: request.id("child"), parent: request.id("parent"),
            reason: request.optionalText("reason", bytes: 1...1_024))
    }
}

/// Whether a picture brings its colors.
private enum PictureStyle: String, CaseIterable {
    case own, none
}
