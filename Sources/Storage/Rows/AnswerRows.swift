/// How kept answers are read and checked.
enum AnswerRows {
    static func find(_ key: String, _ connection: Connection) throws(StorageError) -> StoredAnswer? {
        let statement = try connection.statement("SELECT at, status, body, checksum FROM idempotency WHERE key = ?")
        statement.bind(1, key)
        defer { statement.reset() }
        return try statement.step() ? read(statement, key: key) : nil
    }

    /// A row of `at, status, body, checksum`.
    ///
    /// - Throws: `corrupt`, naming the key.
    static func read(_ statement: Statement, key: String) throws(StorageError) -> StoredAnswer {
        let answer = StoredAnswer(
            at: statement.int64(0), status: Int(statement.int64(1)), body: Array(statement.blob(2)))
        guard checksum(answer, key: key) == statement.int64(3) else {
            throw StorageError(.corrupt, "the answer kept for idempotency key \"\(key)\" fails its checksum")
        }
        return answer
    }

    static func checksum(_ answer: StoredAnswer, key: String) -> Int64 {
        var sum = RowChecksum()
        sum.add(key)
        sum.add(answer.at)
        sum.add(Int64(answer.status))
        answer.body.withUnsafeBytes { sum.add($0) }
        return sum.value
    }
}

/// The head of all kept answers: how many there are, and the sum of their checksums. It is one of the store's facts.
struct AnswersHead: Equatable {
    static let fact = "answers"

    var count = 0
    var digest: UInt64 = 0

    init() {}

    /// - Throws: `corrupt` when the fact is none of ours.
    init(fact: String?) throws(StorageError) {
        guard let fact else { return }
        let parts = fact.split(separator: " ")
        guard parts.count == 2, let count = Int(parts[0]), let digest = UInt64(parts[1], radix: 16) else {
            throw StorageError(.corrupt, "the store's \"\(Self.fact)\" cannot be read")
        }
        self.count = count
        self.digest = digest
    }

    var text: String { "\(count) \(String(digest, radix: 16))" }
}

/// How one of the store's own facts is read and checked.
enum StoredFact {
    /// A row of `value, checksum`.
    ///
    /// - Throws: `corrupt`, naming the fact.
    static func read(_ statement: Statement, key: String) throws(StorageError) -> String {
        let value = statement.string(0)
        guard checksum(key, value) == statement.int64(1) else {
            throw StorageError(.corrupt, "the store's \"\(key)\" fails its checksum")
        }
        return value
    }

    static func checksum(_ key: String, _ value: String) -> Int64 {
        var sum = RowChecksum()
        sum.add(key)
        sum.add(value)
        return sum.value
    }
}
