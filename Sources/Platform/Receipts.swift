/// The answer to a write: what was written and the sequence at which it is durable.
public struct WriteReceipt<Value: Encodable & Sendable>: Sendable, Encodable {
    public var value: Value
    public var seq: UInt64
    public var tookMicros: Int

    private enum CodingKeys: String, CodingKey {
        case seq, tookMicros
    }

    /// The value's own fields, with `seq` and `tookMicros` beside them.
    public func encode(to encoder: any Encoder) throws {
        try value.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        // A record just written shows this very sequence among its own fields.
        if !(value is any ShowsOwnSequence) { try container.encode(seq, forKey: .seq) }
        try container.encode(tookMicros, forKey: .tookMicros)
    }
}

/// Records whose fields include `seq`, the sequence of the write that last changed them.
protocol ShowsOwnSequence {
    var seq: UInt64 { get }
}

extension Essence: ShowsOwnSequence {}
extension Memory: ShowsOwnSequence {}

/// Ids that a batch wrote, in the order of the batch.
public struct BatchResult: Sendable, Encodable {
    public var ids: [String]
}
