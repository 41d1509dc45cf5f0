import OAuth

/// Somebody else's request that the application sign a person in: the provider's account page, or any link in the world
/// (OpenID Core §4).
///
/// It proves nothing about anybody. It is good for starting a sign-in of the application's own, with everything that
/// protects one, and for nothing else.
public struct InitiatedSignIn: Sendable {
    /// Whom to ask who the person is: one of those that the application is configured with.
    public let provider: Provider
    /// What the provider may be told of the person.
    public let loginHint: String?
    /// Where in the application the person wants to be in the end.
    public let target: String?

    /// No address or name of a person is longer.
    private static let maximumHint = 320

    /// - Parameters:
    ///   - parameters: the query of the request, or the body of a posted form; as it arrived.
    ///   - providers: those that the application trusts; another one would learn what people type into it.
    ///   - base: the application's own address, without a slash at its end; `target_link_uri` has to lead there.
    public init(_ parameters: [UInt8], among providers: [Provider], base: String) throws(OAuthClientError) {
        guard parameters.count <= 16 * 1024, let form = try? FormParameters(parameters),
            form["login_hint"].map({ $0.utf8.count <= Self.maximumHint }) ?? true
        else { throw .initiation(.malformed) }
        guard let named = form["iss"] else { throw .initiation(.missingIssuer) }
        // Byte for byte, and never looked up: discovery of an issuer that a stranger names is his choice of a server.
        guard let provider = providers.first(where: { $0.issuer.rawValue.utf8.elementsEqual(named.utf8) }) else {
            throw .initiation(.unknownIssuer)
        }
        // OpenID Core §4: the application is no open redirector.
        guard form["target_link_uri"].map({ Self.isTarget($0, below: base) }) ?? true else {
            throw .initiation(.foreignTarget)
        }
        self.provider = provider
        loginHint = form["login_hint"]
        target = form["target_link_uri"]
    }

    /// The wishes of a sign-in that the application starts because of it.
    public func wishes(_ usual: SignInWishes) -> SignInWishes {
        var wishes = usual
        wishes.loginHint = loginHint ?? usual.loginHint
        return wishes
    }

    private static func isTarget(_ address: String, below base: String) -> Bool {
        guard RedirectURI.registrationProblem(address, isNative: true) == nil, address.hasPrefix(base) else {
            return false
        }
        let rest = address.dropFirst(base.count)
        return rest.isEmpty || rest.hasPrefix("/") || rest.hasPrefix("?")
    }
}
