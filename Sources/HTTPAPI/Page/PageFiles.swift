import CWebPage
import HTTPTypes
import NIOCore

/// A file of the page at `/`, as it is answered.
struct PageFile: Sendable {
    /// `/` for the page itself, `/page/NAME` for what it loads.
    let path: String
    let contentType: String
    let bytes: ByteBuffer
    /// Strong: equal tags, equal bytes.
    let entityTag: String

    /// All files, by path. `Sources/CWebPage` holds them as they are written; there is no step between.
    static let all: [PageFile] = (0..<cwebpage_count()).map { PageFile(cwebpage_file_at($0)) }

    private init(_ file: cwebpage_file) {
        let name = String(cString: file.name)
        path = name == "index.html" ? "/" : "/page/\(name)"
        contentType = Self.contentType(of: name)
        bytes = ByteBuffer(bytes: UnsafeRawBufferPointer(start: file.bytes, count: file.size))
        entityTag = Self.entityTag(bytes.readableBytesView)
    }

    private static func contentType(of name: String) -> String {
        switch name.split(separator: ".").last {
        case "html": "text/html; charset=utf-8"
        case "css": "text/css; charset=utf-8"
        case "js": "text/javascript; charset=utf-8"
        case "svg": "image/svg+xml"
        default: "application/octet-stream"
        }
    }

    /// FNV-1a of 64 bits (Fowler, Noll and Vo) and the length: files that change by hand do not meet by chance.
    private static func entityTag(_ bytes: ByteBufferView) -> String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in bytes {
            hash ^= UInt64(byte)
            hash &*= 0x100_0000_01b3
        }
        return "\"\(String(hash, radix: 16))-\(String(bytes.count, radix: 16))\""
    }

    /// Whether a request's `If-None-Match` names this file as it is.
    func matches(_ condition: String?) -> Bool {
        guard let condition else { return false }
        return condition.split(separator: ",").contains { candidate in
            let tag = candidate.trimmingPrefix { $0 == " " }
            let strong = tag.hasPrefix("W/") ? tag.dropFirst(2) : tag
            return tag == "*" || strong.prefix { $0 != " " } == entityTag
        }
    }
}

/// What a browser may do with an answer that it shows.
enum PageSecurity {
    /// The page loads its own files and asks its own service; nothing else runs, loads, frames or is framed, and no text
    /// becomes markup but the lineage picture's, which is copied element by element.
    static let page = [
        "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self'", "connect-src 'self'",
        "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'", "require-trusted-types-for 'script'",
        "trusted-types picture",
    ].joined(separator: "; ")

    /// A picture opened by itself has its colors inside and loads nothing.
    static let picture = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"

    static func headers(policy: String) -> HTTPFields {
        var headers: HTTPFields = [.contentSecurityPolicy: policy, .xContentTypeOptions: "nosniff"]
        headers[.referrerPolicy] = "no-referrer"
        headers[.crossOriginOpenerPolicy] = "same-origin"
        headers[.crossOriginResourcePolicy] = "same-origin"
        return headers
    }
}

extension HTTPField.Name {
    static let referrerPolicy = HTTPField.Name("Referrer-Policy")!
    static let crossOriginOpenerPolicy = HTTPField.Name("Cross-Origin-Opener-Policy")!
    static let crossOriginResourcePolicy = HTTPField.Name("Cross-Origin-Resource-Policy")!
}
