/// Writes JSON text while values encode themselves.
///
/// `Codable` hands out containers and never says that one is done. The writer therefore keeps the open objects and arrays
/// as a stack: whoever writes next first closes everything that was opened above it. Containers have to be used one after
/// the other, as the compiler's own `encode(to:)` does; writing to a container that was left is refused.
final class JSONWriter {
    struct Frame {
        var isObject: Bool
        var isEmpty = true
        /// Tells a frame from a later one at the same depth.
        var serial: Int
        #if DEBUG
            var names: Set<String> = []
        #endif
    }

    private struct State {
        var output: [UInt8] = []
        var frames: [Frame] = []
        var serial = 0
    }

    // SAFETY: allocated in init, freed in deinit, never handed out. Behind a pointer because every append to a stored
    // property of a class is checked for exclusive access at run time, which took two fifths of the whole encoding.
    private let state: UnsafeMutablePointer<State>

    init() {
        state = .allocate(capacity: 1)
        state.initialize(to: State())
        output.reserveCapacity(1_024)
    }

    deinit {
        state.deinitialize(count: 1)
        state.deallocate()
    }

    private(set) var output: [UInt8] {
        get { state.pointee.output }
        _modify { yield &state.pointee.output }
    }

    private(set) var frames: [Frame] {
        get { state.pointee.frames }
        _modify { yield &state.pointee.frames }
    }

    /// Any value in the place where the output stands.
    func encode<Value: Encodable>(_ value: Value) throws {
        // `Codable` reaches arrays of numbers one element at a time through three protocols: vectors take this way.
        if Value.self == [Float].self, let floats = value as? [Float] { return try write(floats) }
        if Value.self == JSONValue.self, let json = value as? JSONValue { return try write(json) }
        let depth = frames.count
        let start = output.count
        try value.encode(to: JSONValueEncoder(writer: self, depth: depth))
        close(above: depth)
        // A value that encodes nothing, such as an empty struct, still has to be a value.
        if output.count == start { append("{}") }
    }

    // MARK: Frames

    /// Opens an object or array, or gives the one that the same value opened before.
    func open(isObject: Bool, at depth: Int) -> Int {
        if frames.count > depth {
            close(above: depth + 1)
            precondition(frames[depth].isObject == isObject, "one value cannot be both an object and an array")
            return frames[depth].serial
        }
        state.pointee.serial += 1
        frames.append(Frame(isObject: isObject, serial: state.pointee.serial))
        output.append(isObject ? UInt8(ascii: "{") : UInt8(ascii: "["))
        return state.pointee.serial
    }

    func close(above depth: Int) {
        while frames.count > depth {
            output.append(frames.removeLast().isObject ? UInt8(ascii: "}") : UInt8(ascii: "]"))
        }
    }

    /// Makes room for the next element of the frame at `depth`.
    func beginElement(at depth: Int, serial: Int) {
        close(above: depth + 1)
        precondition(frames.count == depth + 1 && frames[depth].serial == serial, "a container was used after its end")
        if !frames[depth].isEmpty { output.append(UInt8(ascii: ",")) }
        frames[depth].isEmpty = false
    }

    func beginField(_ name: String, at depth: Int, serial: Int) {
        beginElement(at: depth, serial: serial)
        // A tree would let the second of two equal fields win; here both would be in the text.
        #if DEBUG
            precondition(frames[depth].names.insert(name).inserted, "field \(name) is encoded twice")
        #endif
        write(name)
        output.append(UInt8(ascii: ":"))
    }

    // MARK: Scalars

    func append(_ text: StaticString) {
        output.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    func write(_ value: String) {
        var value = value
        value.withUTF8 { JSONText.append($0, to: &output) }
    }

    func write(_ value: Bool) { append(value ? "true" : "false") }

    func write(integer value: some FixedWidthInteger) { output.append(contentsOf: value.description.utf8) }

    func write<Number: BinaryFloatingPoint & LosslessStringConvertible>(_ value: Number) throws {
        guard value.isFinite else {
            throw EncodingError.invalidValue(
                value, .init(codingPath: [], debugDescription: "JSON has no number for \(value)"))
        }
        output.append(contentsOf: value.description.utf8)
    }

    private func write(_ values: [Float]) throws {
        output.append(UInt8(ascii: "["))
        for (position, value) in values.enumerated() {
            if position > 0 { output.append(UInt8(ascii: ",")) }
            try write(value)
        }
        output.append(UInt8(ascii: "]"))
    }

    private func write(_ value: JSONValue) throws {
        switch value {
        case .object(let members):
            output.append(UInt8(ascii: "{"))
            for (position, member) in members.sorted(by: { $0.key < $1.key }).enumerated() {
                if position > 0 { output.append(UInt8(ascii: ",")) }
                write(member.key)
                output.append(UInt8(ascii: ":"))
                try write(member.value)
            }
            output.append(UInt8(ascii: "}"))
        case .array(let values):
            output.append(UInt8(ascii: "["))
            for (position, value) in values.enumerated() {
                if position > 0 { output.append(UInt8(ascii: ",")) }
                try write(value)
            }
            output.append(UInt8(ascii: "]"))
        case .string(let text): write(text)
        case .int(let number): write(integer: number)
        case .double(let number): try write(number)
        case .bool(let flag): write(flag)
        case .null: append("null")
        }
    }
}
