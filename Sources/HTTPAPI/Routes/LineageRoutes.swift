import HTTPTypes
import Hummingbird
import LineageExchange
import NIOCore
import Platform

/// Where works come from, what grew from them, who shares in them.
func addLineageRoutes(_ api: APIRoutes) {
    let lineage = api.platform.lineage
    let essences = api.platform.essences

    // One work's neighborhood.
    api.on(.get, "/essences/{id}/lineage", query: ["direction", "depth", "kinds", "limit", "asOf", viewerRealmId]) {
        request in
        try lineage.lineage(
            visibleWork(request, essences),
            LineageQuery(
                direction: request.choice("direction", default: .ancestors),
                depth: request.integer("depth", in: Limits.lineageDepth, default: 5),
                kinds: request.list("kinds", of: EdgeKindNames.all),
                limit: request.integer("limit", in: Limits.lineageLimit, default: 1_000), asOf: request.time("asOf")))
    }
    api.on(
        .get, "/essences/{id}/picture", answering: "image/svg+xml", query: ["limit", "depth", "style", viewerRealmId]
    ) { _, request in
        let picture = try lineage.picture(
            visibleWork(request, essences), works: request.integer("limit", in: 1...500, default: 40),
            depth: request.integer("depth", in: Limits.lineageDepth, default: 6))
        var headers = PageSecurity.headers(policy: PageSecurity.picture)
        headers[.contentType] = "image/svg+xml"
        let style = try request.choice("style", default: PictureStyle.own)
        let svg = picture.svg(isStyled: style == .own, link: { "/#/work/" + PercentEncoding.encode($0.id) })
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(string: svg)))
    }
    api.on(.get, "/essences/{id}/roots", query: [viewerRealmId]) { request in
        try lineage.roots(visibleWork(request, essences))
    }
    api.on(.get, "/essences/{id}/siblings", query: ["limit", viewerRealmId]) { request in
        try lineage.siblings(
            visibleWork(request, essences), limit: request.integer("limit", in: Limits.lineageLimit, default: 100))
    }
    api.on(.get, "/essences/{id}/cousins", query: ["limit", viewerRealmId]) { request in
        try lineage.cousins(
            visibleWork(request, essences), limit: request.integer("limit", in: Limits.lineageLimit, default: 100))
    }
    api.on(.get, "/essences/{id}/attribution", query: ["by", viewerRealmId]) { request in
        try lineage.attribution(visibleWork(request, essences), by: request.choice("by", default: .work))
    }
    api.on(.get, "/essences/{id}/metrics", query: [viewerRealmId]) { request in
        try lineage.metrics(visibleWork(request, essences))
    }
    api.on(
        .get, "/essences/{id}/related", query: ["limit", "relevance", "walk", "quality", "explain", viewerRealmId]
    ) { request in
        let named = ["relevance", "walk", "quality"].contains { request.string($0) != nil }
        let weights = try RelatedWeightsRequest(
            relevance: request.number("relevance", in: 0...1_000) ?? (named ? 0 : 0.5),
            walk: request.number("walk", in: 0...1_000) ?? (named ? 0 : 0.3),
            quality: request.number("quality", in: 0...1_000) ?? (named ? 0 : 0.2))
        return try lineage.related(
            visibleWork(request, essences), limit: request.integer("limit", in: 1...200, default: 20), weights: weights,
            explain: request.flag("explain"))
    }

    // Possible uncredited remixes and their review.
    api.on(.get, "/essences/{id}/uncredited", query: ["limit", "threshold", "explain", viewerRealmId]) { request in
        try lineage.uncredited(
            visibleWork(request, essences), limit: request.integer("limit", in: 1...200, default: 20),
            threshold: request.number("threshold", in: -1...1), explain: request.flag("explain"))
    }
    api.on(.put, "/essences/{id}/uncredited/{otherId}", body: UncreditedReview.init(json:)) { request, review in
        try await lineage.review(request.path("id"), request.path("otherId"), review)
    }
    api.on(.get, "/essences/{id}/reviews", query: [viewerRealmId]) { request in
        try lineage.reviews(visibleWork(request, essences))
    }
    api.on(.get, "/lineage/calibration") { _ in
        Timed { lineage.calibrationAnswer() }
    }
    api.on(.post, "/lineage/calibration", body: CalibrationRequest.init(json:)) { _, request in
        try await lineage.calibrate(request)
    }
    api.onBytes(.get, "/essences/{id}/provenance", query: ["format", viewerRealmId]) { request in
        let format = try request.choice("format", default: ProvenanceFormat.prov)
        return (try lineage.provenance(visibleWork(request, essences), format), format.contentType)
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
