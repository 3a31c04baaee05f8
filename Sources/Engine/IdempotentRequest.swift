import Storage
import Synchronization

/// A request that its caller may send again, under a key of its choice, when no answer came.
///
/// The first transaction of the request notes the key together with its changes, so that both are durable or neither is.
/// The answer follows in a transaction of its own, before it goes out. A second request with the key gets the first one's
/// answer and changes nothing, for ``lifetime``. Requests that fail leave no trace: they may be sent again.
public final class IdempotentRequest: Sendable {
    /// How long answers are kept, in milliseconds.
    public static let lifetime: Int64 = 24 * 3_600 * 1_000

    /// The request that the running task carries out.
    @TaskLocal public static var current: IdempotentRequest?

    public let key: String
    private let fingerprint: @Sendable () -> UInt64
    private let recorded = Mutex(false)

    /// - Parameter fingerprint: tells this request's content from others under the same key; asked when the whole content
    ///   has been read.
    public init(key: String, fingerprint: @escaping @Sendable () -> UInt64) {
        self.key = key
        self.fingerprint = fingerprint
    }

    /// Sum of what makes two requests the same.
    public static func fingerprint(of bytes: UnsafeRawBufferPointer) -> UInt64 { ContentDigest.of(bytes) }

    /// True once changes were made durable under the key.
    public var isRecorded: Bool { recorded.withLock { $0 } }

    /// In the transaction of the request's changes: notes the key.
    ///
    /// - Throws: ``AnsweredBefore`` when another request has done so, `invalidArgument` when that had another content.
    func record(in session: WriteSession, now: Int64) throws {
        guard !isRecorded else { return }
        if let stored = try session.answer(forKey: key), stored.at > now - Self.lifetime {
            throw AnsweredBefore(try KeptAnswer(stored, key: key, fingerprint: fingerprint()))
        }
        // Those that are too old go first, and this key's with them.
        _ = try session.deleteAnswers(before: now - Self.lifetime + 1)
        try session.putAnswer(KeptAnswer.unknown.stored(at: now, fingerprint: fingerprint()), forKey: key)
    }

    func didRecord() { recorded.withLock { $0 = true } }

    fileprivate func stored(_ answer: KeptAnswer, at now: Int64) -> StoredAnswer {
        answer.stored(at: now, fingerprint: fingerprint())
    }
}

/// What an earlier request under the same key was answered.
public struct KeptAnswer: Sendable, Equatable {
    /// Of HTTP; 0 when the request was carried out and its answer was lost, as in a crash before it went out.
    public var status: Int
    public var body: [UInt8]

    public init(status: Int, body: [UInt8]) {
        self.status = status
        self.body = body
    }

    static let unknown = KeptAnswer(status: 0, body: [])

    /// - Throws: `invalidArgument` when the answer is that of another content.
    init(_ stored: StoredAnswer, key: String, fingerprint: UInt64) throws {
        guard stored.body.starts(with: Self.bytes(fingerprint)) else {
            throw EngineError.invalid(
                "Idempotency-Key", "the key was used for another request: use a new one for each",
                limit: "one request for each key")
        }
        status = stored.status
        body = Array(stored.body.dropFirst(8))
    }

    /// The fingerprint stands before the body.
    func stored(at now: Int64, fingerprint: UInt64) -> StoredAnswer {
        StoredAnswer(at: now, status: status, body: Self.bytes(fingerprint) + body)
    }

    private static func bytes(_ fingerprint: UInt64) -> [UInt8] {
        withUnsafeBytes(of: fingerprint.littleEndian) { Array($0) }
    }
}

/// Another request under the same key has been carried out: its answer is to be given again.
public struct AnsweredBefore: Error {
    public let answer: KeptAnswer

    init(_ answer: KeptAnswer) { self.answer = answer }
}

extension Store {
    /// The answer that is kept under a key; `nil` when there is none.
    ///
    /// - Throws: `invalidArgument` when it is that of another content.
    public func keptAnswer(forKey key: String, fingerprint: UInt64) throws -> KeptAnswer? {
        do {
            guard let stored = try database.readers.read({ try $0.answer(forKey: key) }),
                stored.at > configuration.clock() - IdempotentRequest.lifetime
            else { return nil }
            return try KeptAnswer(stored, key: key, fingerprint: fingerprint)
        } catch {
            throw EngineError(translating: error)
        }
    }

    /// Whether an answer is kept under a key, whatever its content.
    public func hasAnswer(forKey key: String) throws -> Bool {
        do {
            let stored = try database.readers.read { try $0.answer(forKey: key) }
            return stored.map { $0.at > configuration.clock() - IdempotentRequest.lifetime } ?? false
        } catch {
            throw EngineError(translating: error)
        }
    }

    /// Keeps the answer of a request whose changes were recorded.
    public func keep(_ answer: KeptAnswer, of request: IdempotentRequest) async throws {
        let now = configuration.clock()
        do {
            // It is small, and what it belongs to has been done: not refused at the floor of the disk.
            try await database.commits.submit(grows: false) { session in
                try session.replaceAnswer(request.stored(answer, at: now), forKey: request.key)
                return ((), {})
            }
        } catch {
            throw EngineError(translating: error)
        }
    }
}
