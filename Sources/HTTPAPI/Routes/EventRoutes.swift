import Engine
import HTTPTypes
import Hummingbird
import Platform

/// `/events`: what happens to the works of a realm, as server-sent events (WHATWG HTML, section 9.2).
func addEventRoutes(_ api: APIRoutes, _ configuration: APIServerConfiguration) {
    let events = api.platform.events
    let seats = ListenerSeats(count: configuration.listenersMax)
    let heartbeat = configuration.heartbeat

    api.onStream(
        "/events", answering: "text/event-stream", query: ["realmId", "kinds", "own", "lastEventId"]
    ) { request, context, reader in
        let subscription = RealmEventSubscription(
            realmId: try reader.optionalID("realmId"), kinds: try kinds(reader), includesOwn: try reader.flag("own"))
        // A browser sends the header when it reconnects by itself: it is newer than what the address says.
        let text = try request.headers[.lastEventID] ?? reader.optionalText("lastEventId", bytes: 1...1_024)
        let start = try text.flatMap { $0.isEmpty ? nil : try RealmEventPosition($0) } ?? events.now()
        let stream = EventStream(
            events: events, subscription: subscription, start: start, heartbeat: heartbeat, seat: try seats.take())
        var headers: HTTPFields = [.contentType: "text/event-stream; charset=utf-8", .cacheControl: "no-store"]
        // Proxies of the nginx kind collect answers unless they are told not to.
        headers[.accelBuffering] = "no"
        return Response(status: .ok, headers: headers, body: stream.body(of: request, on: context.channel))
    }
}

private func kinds(_ reader: RequestReader) throws -> Set<RealmEvent.Kind> {
    let all: [RealmEvent.Kind] = [.remix, .uncredited]
    let named = try reader.list("kinds", of: all.map(\.rawValue)) ?? all.map(\.rawValue)
    return Set(named.compactMap(RealmEvent.Kind.init(rawValue:)))
}

extension HTTPField.Name {
    static let lastEventID = HTTPField.Name("Last-Event-ID")!
    static let accelBuffering = HTTPField.Name("X-Accel-Buffering")!
}
