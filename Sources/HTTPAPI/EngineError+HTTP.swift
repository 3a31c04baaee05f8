import Engine
import HTTPTypes
import Hummingbird
import PineconeAPI
import StrictJSON

/// Every error with its status: the one place where the two meet.
struct HTTPFailure {
    var status: HTTPResponse.Status
    var error: EngineError
    var headers: HTTPFields = [:]

    init(_ error: any Error) {
        switch error {
        case let error as EngineError:
            self.init(status: Self.status(of: error.code), error: error)
        case let error as JSONError where error.code == .outOfMemory:
            self.init(status: .serviceUnavailable, error: EngineError(.overloaded, error.message))
        case let error as JSONError:
            self.init(
                status: .badRequest,
                error: EngineError(
                    .invalidArgument, error.message, field: error.field ?? "body",
                    limit: error.limit ?? Self.limit(error)))
        case let error as any HTTPResponseError where error.status.kind == .clientError:
            let message = (error as? HTTPError)?.body ?? error.status.reasonPhrase
            let code: EngineError.Code = error.status == .notFound ? .notFound : .invalidArgument
            self.init(status: error.status, error: EngineError(code, message))
        case is CancellationError:
            self.init(
                status: .serviceUnavailable, error: EngineError(.unavailable, "the service is stopping; ask again"))
        default:
            // What happened stays in the log: an internal message may hold paths or data.
            self.init(status: .internalServerError, error: Self.concealed)
        }
    }

    private init(status: HTTPResponse.Status, error: EngineError) {
        self.status = status
        // Damage is reported as such; a defect of the program is not described to callers.
        self.error = status == .internalServerError && error.code != .dataLoss ? Self.concealed : error
        switch status {
        case .unauthorized: headers[.wwwAuthenticate] = "Bearer"
        case .serviceUnavailable: headers[.retryAfter] = "1"
        default: break
        }
    }

    private static let concealed = EngineError(
        .internal, "something went wrong inside; the log has it under this request id")

    /// True when the answer goes out while the body is still coming in.
    var abandonsBody: Bool { status == .contentTooLarge || status == .requestTimeout }

    /// What a malformed text should have been, when the error itself names no limit.
    private static func limit(_ error: JSONError) -> String? {
        switch error.code {
        case .malformed: "one JSON document in UTF-8"
        case .missingField: "required"
        default: nil
        }
    }

    private static func status(of code: EngineError.Code) -> HTTPResponse.Status {
        switch code {
        case .invalidArgument: .badRequest
        case .unauthenticated: .unauthorized
        case .permissionDenied: .forbidden
        case .notFound: .notFound
        case .methodNotAllowed: .methodNotAllowed
        case .requestTimeout: .requestTimeout
        case .alreadyExists, .cycle, .failedPrecondition: .conflict
        case .tooLarge: .contentTooLarge
        case .unsupportedMediaType: .unsupportedMediaType
        case .overloaded, .unavailable: .serviceUnavailable
        case .notImplemented: .notImplemented
        case .protected: .forbidden
        case .outOfSpace: .init(code: 507, reasonPhrase: "Insufficient Storage")
        default: .internalServerError
        }
    }
}

/// Codes that only HTTP has.
extension EngineError.Code {
    static let methodNotAllowed = EngineError.Code(rawValue: "method_not_allowed")
    static let requestTimeout = EngineError.Code(rawValue: "request_timeout")
    static let unsupportedMediaType = EngineError.Code(rawValue: "unsupported_media_type")
}

/// `{"error":{"code","message","field","limit","requestId"}}`
struct ErrorBody: Encodable {
    struct Detail: Encodable {
        var code: String
        var message: String
        var field: String?
        var limit: String?
        var details: [String: [String]]?
        var requestId: String
    }

    var error: Detail

    init(error: EngineError, requestID: String) {
        self.error = Detail(
            code: error.code.rawValue, message: error.message, field: error.field, limit: error.limit,
            details: error.details.isEmpty ? nil : error.details, requestId: requestID)
    }
}
