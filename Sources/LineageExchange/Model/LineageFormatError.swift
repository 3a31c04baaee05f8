import StrictJSON

/// Why a file was refused, and where. Nothing of it was imported.
public struct LineageFormatError: Error, Sendable, Equatable {
    /// Name of the input, as it was given.
    public var file: String
    /// Line of the fault, from 1; `nil` when the fault is not in one line.
    public var line: Int?
    /// The field, such as `weight`, `credit.weight` or a JSON path.
    public var field: String?
    /// One sentence for a person: what was expected, what was found.
    public var message: String
    /// The limit that was passed, such as `above 0, at most 1`.
    public var limit: String?

    public init(file: String, line: Int? = nil, field: String? = nil, message: String, limit: String? = nil) {
        self.file = file
        self.line = line
        self.field = field
        self.message = message
        self.limit = limit
    }
}

extension LineageFormatError: CustomStringConvertible {
    /// `works.csv:3: weight: must be a number above 0 and at most 1, got "2" (limit: above 0, at most 1)`.
    public var description: String {
        var text = file + (line.map { ":\($0)" } ?? "") + ": "
        if let field, !message.hasPrefix(field) { text += field + ": " }
        return text + message + (limit.map { " (limit: \($0))" } ?? "")
    }
}

/// A fault before its place in the file is known.
struct FieldFault: Error {
    var field: String
    var message: String
    var limit: String?

    init(_ field: String, _ message: String, limit: String? = nil) {
        self.field = field
        self.message = message
        self.limit = limit
    }
}

/// Runs a piece of reading and gives its faults their place.
func locating<Result>(_ file: String, _ line: Int?, _ body: () throws -> Result) throws -> Result {
    do {
        return try body()
    } catch let fault as FieldFault {
        throw LineageFormatError(file: file, line: line, field: fault.field, message: fault.message, limit: fault.limit)
    } catch let error as JSONError {
        throw LineageFormatError(
            file: file, line: line, field: error.field, message: error.message, limit: error.limit)
    }
}

extension String {
    /// For messages: in quotes, and cut, so that a hostile value does not flood a terminal.
    var excerpt: String {
        let cut = count > 60 ? String(prefix(60)) + "…" : self
        return "\"" + cut.map { $0.isNewline ? " " : String($0) }.joined() + "\""
    }
}
