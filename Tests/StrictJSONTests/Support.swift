import StrictJSON
import Testing

/// The error that the body throws, `nil` when it throws none.
func refusal<Value>(_ body: () throws -> Value) -> JSONError? {
    do {
        _ = try body()
        return nil
    } catch let error as JSONError {
        return error
    } catch {
        Issue.record("not a JSONError: \(error)")
        return nil
    }
}

func element(_ text: String) throws -> JSONElement { try JSONDocument(parsing: Array(text.utf8)).root }

func object(_ text: String) throws -> JSONObjectReader { try element(text).object() }
