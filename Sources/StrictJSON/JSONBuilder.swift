/// Writes JSON text piece by piece, for answers whose fields are data and for paths where each microsecond counts.
///
/// ```swift
/// var json = JSONBuilder()
/// json.object { json in
///     json.field("id", "a")
///     json.field("values", floats: vector)
/// }
/// ```
/// Commas are placed by the builder. What is open is closed by the structure of the calls.
public struct JSONBuilder: Sendable {
    public private(set) var bytes: [UInt8]
    /// True where the next element needs a comma before it.
    private var needsComma = false

    /// - Parameter capacity: bytes to make room for.
    public init(capacity: Int = 512) {
        bytes = []
        bytes.reserveCapacity(capacity)
    }

    // MARK: Containers

    /// An object as the next value.
    public mutating func object<Failure: Error>(_ body: (inout JSONBuilder) throws(Failure) -> Void) throws(Failure) {
        open(UInt8(ascii: "{"))
        try body(&self)
        close(UInt8(ascii: "}"))
    }

    /// An array as the next value.
    public mutating func array<Failure: Error>(_ body: (inout JSONBuilder) throws(Failure) -> Void) throws(Failure) {
        open(UInt8(ascii: "["))
        try body(&self)
        close(UInt8(ascii: "]"))
    }

    /// The name of the next value, inside an object.
    public mutating func name(_ name: String) {
        comma()
        append(name)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    private mutating func open(_ bracket: UInt8) {
        comma()
        bytes.append(bracket)
        needsComma = false
    }

    private mutating func close(_ bracket: UInt8) {
        bytes.append(bracket)
        needsComma = true
    }

    private mutating func comma() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
    }

    // MARK: Values

    public mutating func value(_ text: String) {
        comma()
        append(text)
        needsComma = true
    }

    public mutating func value(_ flag: Bool) { raw(flag ? "true" : "false") }

    public mutating func value(_ number: Int) { raw(number.description) }

    public mutating func value(_ number: UInt32) { raw(number.description) }

    public mutating func value(_ number: UInt64) { raw(number.description) }

    /// A number in its shortest form; whole ones without a point.
    ///
    /// - Precondition: it is finite.
    public mutating func value(_ number: Double) {
        precondition(number.isFinite, "JSON has no number for \(number)")
        raw(JSONNumber.text(number))
    }

    /// A number in the shortest form that reads back as the same float.
    ///
    /// - Precondition: it is finite.
    public mutating func value(_ number: Float) {
        precondition(number.isFinite, "JSON has no number for \(number)")
        comma()
        var text = number.description
        if text.hasSuffix(".0") { text.removeLast(2) }
        append(ascii: &text)
        needsComma = true
    }

    public mutating func null() { raw("null") }

    /// Any JSON value; objects in alphabetical order.
    public mutating func value(_ json: JSONValue) {
        switch json {
        case .object(let members):
            object { builder in
                for (name, value) in members.sorted(by: { $0.key < $1.key }) {
                    builder.name(name)
                    builder.value(value)
                }
            }
        case .array(let values):
            array { builder in
                for value in values { builder.value(value) }
            }
        case .string(let text): value(text)
        case .int(let number): raw(number.description)
        case .double(let number): value(number)
        case .bool(let flag): value(flag)
        case .null: null()
        }
    }

    public mutating func floats(_ values: [Float]) {
        comma()
        bytes.append(UInt8(ascii: "["))
        for (position, value) in values.enumerated() {
            if position > 0 { bytes.append(UInt8(ascii: ",")) }
            var text = value.description
            append(ascii: &text)
        }
        bytes.append(UInt8(ascii: "]"))
        needsComma = true
    }

    // MARK: Fields

    public mutating func field(_ name: String, _ text: String) {
        self.name(name)
        value(text)
    }

    public mutating func field(_ name: String, _ flag: Bool) {
        self.name(name)
        value(flag)
    }

    public mutating func field(_ name: String, _ number: Int) {
        self.name(name)
        value(number)
    }

    public mutating func field(_ name: String, _ number: Float) {
        self.name(name)
        value(number)
    }

    public mutating func field(_ name: String, floats: [Float]) {
        self.name(name)
        self.floats(floats)
    }

    /// Nothing when there is no text.
    public mutating func field(_ name: String, ifPresent text: String?) {
        if let text { field(name, text) }
    }

    public mutating func object<Failure: Error>(
        _ name: String, _ body: (inout JSONBuilder) throws(Failure) -> Void
    ) throws(Failure) {
        self.name(name)
        try object(body)
    }

    public mutating func array<Failure: Error>(
        _ name: String, _ body: (inout JSONBuilder) throws(Failure) -> Void
    ) throws(Failure) {
        self.name(name)
        try array(body)
    }

    // MARK: Bytes

    private mutating func raw(_ text: String) {
        comma()
        var text = text
        append(ascii: &text)
        needsComma = true
    }

    private mutating func append(ascii text: inout String) {
        text.withUTF8 { bytes.append(contentsOf: $0) }
    }

    private mutating func append(_ text: String) {
        var text = text
        text.withUTF8 { JSONText.append($0, to: &bytes) }
    }
}
