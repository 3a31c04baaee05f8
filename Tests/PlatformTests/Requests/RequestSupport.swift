import StrictJSON
import Testing

func json(_ text: String) throws -> JSONElement { try JSONDocument(parsing: Array(text.utf8)).root }

/// Expects a refusal with this field and limit, and a message that begins with the field.
func expectRefusal<Value>(
    _ text: String, field: String, limit: String?, _ read: (JSONElement) throws -> Value,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    do {
        _ = try read(json(text))
        Issue.record("accepted \(text)", sourceLocation: sourceLocation)
    } catch let error as JSONError {
        #expect(error.field == field, "\(error) for \(text)", sourceLocation: sourceLocation)
        #expect(error.limit == limit, "\(error) for \(text)", sourceLocation: sourceLocation)
        #expect(error.message.hasPrefix(field), "\(error) for \(text)", sourceLocation: sourceLocation)
    } catch {
        Issue.record("not a JSONError: \(error)", sourceLocation: sourceLocation)
    }
}

/// `"name":"xx…x"` with so many bytes.
func long(_ name: String, _ bytes: Int) -> String { "\"\(name)\":\"\(String(repeating: "x", count: bytes))\"" }
