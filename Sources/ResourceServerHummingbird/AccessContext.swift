public import Hummingbird
import NIOCore
public import ResourceServer

/// A request context in which the proven token of the request has a place.
public protocol AccessTokenContext: RequestContext {
    /// `nil` where no middleware demanded a token.
    var accessToken: AccessToken? { get set }
    /// Of the client, for API keys that are good from some networks only: they are refused where it is not known. Behind a
    /// proxy it is what that proxy says, and never the proxy's own.
    var callerAddress: String? { get }
}

extension AccessTokenContext {
    /// Not known.
    public var callerAddress: String? { nil }
}

/// A request context with a token and nothing else of its own.
public struct AccessContext: AccessTokenContext {
    public var coreContext: CoreRequestContextStorage
    public var accessToken: AccessToken?

    public init(source: Source) { coreContext = CoreRequestContextStorage(source: source) }
}

/// The same for a server that clients reach with no proxy between: whoever is connected is the client.
public struct DirectAccessContext: AccessTokenContext {
    public var coreContext: CoreRequestContextStorage
    public var accessToken: AccessToken?
    public let callerAddress: String?

    public init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        callerAddress = source.channel.remoteAddress?.ipAddress
    }
}
