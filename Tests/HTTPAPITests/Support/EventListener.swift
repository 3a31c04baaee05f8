import StrictJSON

/// Reads a stream of server-sent events from a socket, as a browser would.
final class EventListener {
    struct Event {
        var id: String?
        var name: String?
        var data: JSONValue?
    }

    private let connection: RawConnection
    /// Bytes from the socket that are no whole chunk yet.
    private var raw: [UInt8] = []
    /// Bytes of the stream that are no whole block yet.
    private var bytes: [UInt8] = []
    /// Status line and headers; the whole answer when it is no stream.
    private(set) var head = ""
    /// Id to come back with: the last one seen, with or without an event.
    private(set) var lastID: String?

    /// - Parameter lastEventID: sent as the header, as a browser does when it reconnects.
    init?(port: Int, _ query: String = "", lastEventID: String? = nil) {
        guard let connection = RawConnection(port: port) else { return nil }
        self.connection = connection
        let header = lastEventID.map { "Last-Event-ID: \($0)\r\n" } ?? ""
        connection.send("GET /events\(query) HTTP/1.1\r\nHost: localhost\r\n\(header)\r\n")
        while raw.firstRange(of: Array("\r\n\r\n".utf8)) == nil { guard receive() else { return } }
        guard let end = raw.firstRange(of: Array("\r\n\r\n".utf8)) else { return }
        head = String(decoding: raw[..<end.upperBound], as: UTF8.self)
        raw.removeSubrange(..<end.upperBound)
        if !head.hasPrefix("HTTP/1.1 200") { head += String(decoding: raw, as: UTF8.self) }
    }

    func close() { connection.close() }

    /// The next block with data, or the next one of any kind.
    ///
    /// - Returns: `nil` when the stream has ended, or says nothing for 20 seconds.
    func next(withData: Bool = true) -> Event? {
        while true {
            while let event = block() {
                if let id = event.id { lastID = id }
                if !withData || event.data != nil { return event }
            }
            if !chunk() { guard receive() else { return nil } }
        }
    }

    private func block() -> Event? {
        guard let end = bytes.firstRange(of: Array("\n\n".utf8)) else { return nil }
        let lines = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).split(separator: "\n")
        bytes.removeSubrange(..<end.upperBound)
        var event = Event()
        for line in lines {
            if line.hasPrefix("id: ") { event.id = String(line.dropFirst(4)) }
            if line.hasPrefix("event: ") { event.name = String(line.dropFirst(7)) }
            if line.hasPrefix("data: ") { event.data = try? JSONValue(parsing: Array(line.dropFirst(6).utf8)) }
        }
        return event
    }

    /// Moves a chunk (RFC 9112, section 7.1) from `raw` to `bytes`.
    private func chunk() -> Bool {
        guard let line = raw.firstRange(of: Array("\r\n".utf8)),
            let size = Int(String(decoding: raw[..<line.lowerBound], as: UTF8.self), radix: 16),
            size > 0, raw.count >= line.upperBound + size + 2
        else { return false }
        bytes += raw[line.upperBound..<line.upperBound + size]
        raw.removeSubrange(..<(line.upperBound + size + 2))
        return true
    }

    private func receive() -> Bool {
        guard let part = connection.receive(waiting: 20_000), !part.isEmpty else { return false }
        raw += Array(part.utf8)
        return true
    }
}
