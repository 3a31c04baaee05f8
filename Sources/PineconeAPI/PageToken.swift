import Engine
import Foundation

/// Where a listing goes on: the last element of the page before, as text that needs no escaping in a URL.
///
/// It grants nothing, so that it carries no signature; one that was made up leads to a page or is refused.
enum PageToken {
    static func encode(_ last: String) -> String {
        Data(last.utf8).base64EncodedString()
            .replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    /// - Throws: `invalidArgument` for text that ``encode(_:)`` does not write.
    static func decode(_ token: String) throws -> String {
        let padded =
            token.replacing("-", with: "+").replacing("_", with: "/")
            + String(repeating: "=", count: (4 - token.utf8.count % 4) % 4)
        guard let data = Data(base64Encoded: padded), let text = String(validating: data, as: UTF8.self),
            encode(text) == token
        else {
            throw EngineError.refused(
                "paginationToken", "the pagination token was not handed out by this server",
                limit: "the token of the page before")
        }
        return text
    }
}
