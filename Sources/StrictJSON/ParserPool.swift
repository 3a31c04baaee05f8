import CSimdJSON
import Synchronization

/// A parser and the buffers of the last document that it read.
struct ParserHandle: @unchecked Sendable {
    // Safe to send: a handle has one owner at a time (the pool, or one `ParsedDocument`), and the parser has no tie to
    // the thread that made it.
    let pointer: OpaquePointer

    init?() {
        // simdjson refuses on reaching its limit, hence the one above ours.
        guard let pointer = csimdjson_parser_create(JSONDocument.depthMax + 1) else { return nil }
        self.pointer = pointer
    }
}

/// Idle parsers, kept because their buffers are worth more than their memory: a request of 5 kB then allocates nothing.
enum ParserPool {
    private static let idleMax = 16
    /// Parsers that grew beyond this are freed, so that one large import does not hold memory for ever.
    private static let keptBytesMax = 1 << 20

    private static let idle = Mutex<[ParserHandle]>([])

    static func take() -> ParserHandle? {
        idle.withLock { $0.popLast() } ?? ParserHandle()
    }

    static func giveBack(_ handle: ParserHandle) {
        let kept =
            csimdjson_parser_capacity(handle.pointer) <= keptBytesMax
            && idle.withLock { idle in
                guard idle.count < idleMax else { return false }
                idle.append(handle)
                return true
            }
        if !kept { csimdjson_parser_destroy(handle.pointer) }
    }
}
