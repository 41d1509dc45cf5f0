public import Hummingbird
public import ResourceServer

/// A request context in which the proven token of the request has a place.
public protocol AccessTokenContext: RequestContext {
    /// `nil` where no middleware demanded a token.
    var accessToken: AccessToken? { get set }
}

/// A request context with a token and nothing else of its own.
public struct AccessContext: AccessTokenContext {
    public var coreContext: CoreRequestContextStorage
    public var accessToken: AccessToken?

    public init(source: Source) { coreContext = CoreRequestContextStorage(source: source) }
}
