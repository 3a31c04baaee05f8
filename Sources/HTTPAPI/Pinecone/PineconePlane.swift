import Engine
import HTTPTypes
import Hummingbird
import NIOCore
import PineconeAPI
import StrictJSON

/// The two halves of the Pinecone surface. Each has a shape of errors of its own, which its clients read.
enum PineconePlane {
    /// Indexes, backups, models: at the root.
    case control
    /// Records of one index: below ``pathPrefix``.
    case data

    /// What precedes an index's name in the path of its data plane.
    static let pathPrefix = "/_index/"

    private static let controlRoots: Set<Substring> = [
        "indexes", "collections", "backups", "restore-jobs", "backup-schedules", "embed", "rerank", "models",
    ]

    /// `nil` for the paths of the platform itself.
    init?(path: String) {
        if path.hasPrefix(Self.pathPrefix) {
            self = .data
        } else if Self.controlRoots.contains(path.dropFirst().prefix { $0 != "/" }) {
            self = .control
        } else {
            return nil
        }
    }

    /// The answer to a failed request, as the plane's clients read it.
    func response(to failure: HTTPFailure, _ error: any Error) -> Response {
        var failure = failure
        switch failure.error.code {
        case .failedPrecondition: failure.status = .preconditionFailed
        default: break
        }
        // JSON of another form than the route's is told apart from values out of range, as the service itself does.
        if self == .control, let error = error as? JSONError, error.code == .wrongType || error.code == .missingField {
            failure.status = .unprocessableContent
        }
        var json = JSONBuilder()
        switch self {
        case .control:
            json.object { json in
                json.object("error") { json in
                    json.field("code", Self.name(of: failure.status))
                    json.field("message", failure.error.message)
                }
                json.field("status", failure.status.code)
            }
        case .data:
            json.object { json in
                json.field("code", Self.number(of: failure.status))
                json.field("message", failure.error.message)
                json.array("details") { _ in }
            }
        }
        var response = Response(status: failure.status, json: json)
        response.headers.append(contentsOf: failure.headers)
        return response
    }

    /// The control plane's words.
    private static func name(of status: HTTPResponse.Status) -> String {
        switch status.code {
        case 400, 415: "INVALID_ARGUMENT"
        case 401: "UNAUTHENTICATED"
        case 403: "FORBIDDEN"
        case 404: "NOT_FOUND"
        case 405, 501: "UNIMPLEMENTED"
        case 408: "DEADLINE_EXCEEDED"
        case 409: "ALREADY_EXISTS"
        case 412: "FAILED_PRECONDITION"
        case 413: "OUT_OF_RANGE"
        case 422: "UNPROCESSABLE_ENTITY"
        case 503: "UNAVAILABLE"
        case 507: "RESOURCE_EXHAUSTED"
        default: "INTERNAL"
        }
    }

    /// The data plane's numbers: `google.rpc.Code`.
    private static func number(of status: HTTPResponse.Status) -> Int {
        switch status.code {
        case 400, 415, 422: 3
        case 401: 16
        case 403: 7
        case 404: 5
        case 405, 501: 12
        case 408: 4
        case 409: 6
        case 412: 9
        case 413: 11
        case 503: 14
        case 507: 8
        default: 13
        }
    }
}

extension Response {
    init(status: HTTPResponse.Status = .ok, json: JSONBuilder) {
        self.init(
            status: status, headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: json.bytes)))
    }
}

extension HTTPField.Name {
    static let pineconeVersion = HTTPField.Name("X-Pinecone-Api-Version")!
    static let pineconeRequestID = HTTPField.Name("x-pinecone-request-id")!
    /// The sequence that a write got, under the names that clients of different ages read.
    static let requestLSN = [
        HTTPField.Name("x-pinecone-request-lsn")!, HTTPField.Name("x-pinecone-lsn-committed")!,
    ]
    /// The last sequence that a read saw, likewise.
    static let indexedLSN = [
        HTTPField.Name("x-pinecone-max-indexed-lsn")!, HTTPField.Name("x-pinecone-lsn-reconciled")!,
    ]
    static let forwardedProto = HTTPField.Name("X-Forwarded-Proto")!
}
