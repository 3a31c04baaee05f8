import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// Answers `Expect: 100-continue`, so that a caller with a large body sends it at once instead of waiting for its patience
/// to end. A body that is announced beyond the limit gets no such answer: the refusal that follows comes first.
final class ExpectContinueHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let bodyBytesMax: Int
    /// Requests of the connection that are not answered yet. An interim answer may only go out when it is the only one:
    /// a pipelined request would otherwise put it in the midst of the answer before.
    private var unanswered = 0

    init(bodyBytesMax: Int) {
        self.bodyBytesMax = bodyBytesMax
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .head(let head) = unwrapInboundIn(data) {
            unanswered += 1
            let announced = head.headerFields[.contentLength].flatMap { Int($0) } ?? 0
            if unanswered == 1, announced <= bodyBytesMax, head.headerFields[.expect]?.lowercased() == "100-continue" {
                context.writeAndFlush(wrapOutboundOut(.head(HTTPResponse(status: .continue))), promise: nil)
            }
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .end = unwrapOutboundIn(data) { unanswered -= 1 }
        context.write(data, promise: promise)
    }
}
