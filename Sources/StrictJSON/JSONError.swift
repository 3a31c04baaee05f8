/// Why a text was refused: what was expected, what was found, and where.
public struct JSONError: Error, Sendable, Equatable {
    /// The kind of refusal. Extensible: callers compare with the constants.
    public struct Code: RawRepresentable, Hashable, Sendable {
        public let rawValue: String

        public init(rawValue: String) { self.rawValue = rawValue }

        /// The text is not one well-formed JSON document in UTF-8, or holds a number beyond 64 bits.
        public static let malformed = Code(rawValue: "malformed")
        /// Arrays and objects are nested deeper than `JSONDocument.depthMax`.
        public static let tooDeep = Code(rawValue: "too_deep")
        /// An object holds the same field twice.
        public static let duplicateField = Code(rawValue: "duplicate_field")
        /// An object holds a field that its reader does not know.
        public static let unknownField = Code(rawValue: "unknown_field")
        /// A required field is absent or null.
        public static let missingField = Code(rawValue: "missing_field")
        /// A value has another type than its field.
        public static let wrongType = Code(rawValue: "wrong_type")
        /// A value of the right type lies outside its limits.
        public static let outOfRange = Code(rawValue: "out_of_range")
        /// The machine has no memory for the document.
        public static let outOfMemory = Code(rawValue: "out_of_memory")
    }

    public var code: Code
    /// One sentence for a person. Begins with the field's path when there is one.
    public var message: String
    /// Path of the offending field, such as `remixFrom[2].weight`; `nil` for the document itself.
    public var field: String?
    /// The limit that was passed, such as `1…1024 bytes` or `0…1`.
    public var limit: String?

    public init(_ code: Code, _ message: String, field: String? = nil, limit: String? = nil) {
        self.code = code
        self.message = message
        self.field = field
        self.limit = limit
    }
}

extension JSONError: CustomStringConvertible {
    public var description: String { message }
}
