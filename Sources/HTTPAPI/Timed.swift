/// One record with the time that reading it took.
struct Timed<Value: Encodable & SendableMetatype>: Encodable {
    private let value: Value
    private let tookMicros: Int

    private enum CodingKeys: String, CodingKey {
        case tookMicros
    }

    init(_ read: () throws -> Value) rethrows {
        let start = ContinuousClock.now
        value = try read()
        tookMicros = Int((ContinuousClock.now - start) / .microseconds(1))
    }

    /// The record's own fields, with `tookMicros` beside them.
    func encode(to encoder: any Encoder) throws {
        try value.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(tookMicros, forKey: .tookMicros)
    }
}
