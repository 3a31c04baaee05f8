public import Hummingbird
import NIOCore

/// What travels with a request through middleware and handlers.
public struct APIContext: RequestContext {
    public var coreContext: CoreRequestContextStorage
    /// The connection, for the rare answers after which it must not be used again.
    let channel: any Channel

    public init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        channel = source.channel
    }
}
