public import JOSE
public import OAuth

/// What a provider says of itself (OpenID Discovery §3), once it is checked.
public struct ProviderConfiguration: Hashable, Sendable {
    public let issuer: Issuer
    public let authorizationEndpoint: String
    public let tokenEndpoint: String
    public let keySetURL: String
    public let userInfoEndpoint: String?
    public let endSessionEndpoint: String?
    public let revocationEndpoint: String?
    /// Whether each authorization response names its issuer, so that one without is a forgery (RFC 9207 §2.4).
    public let namesIssuerInResponses: Bool
    public let idTokenAlgorithms: [Algorithm]

    /// - Parameter origins: other origins than the issuer's own that its endpoints may have. What a document names
    ///   elsewhere would get codes and credentials, so that it is refused.
    public init(_ document: [UInt8], issuer: Issuer, allowing origins: Set<String> = []) throws(OAuthClientError) {
        let limits = JSONLimits.document(maximumBytes: 256 * 1024)
        guard let json = try? JSONObject(parsing: document, limits: limits) else {
            throw .discovery("the document is not a JSON object")
        }
        // OpenID Discovery §4.3: identical, or a provider could speak for another one.
        guard let named = json.string("issuer"), named.utf8.elementsEqual(issuer.rawValue.utf8) else {
            throw .discovery("the document is of another issuer")
        }
        let checker = EndpointChecker(json: json, issuer: issuer, origins: origins)
        self.issuer = issuer
        authorizationEndpoint = try checker.required("authorization_endpoint")
        tokenEndpoint = try checker.required("token_endpoint")
        keySetURL = try checker.required("jwks_uri")
        userInfoEndpoint = try checker.optional("userinfo_endpoint")
        endSessionEndpoint = try checker.optional("end_session_endpoint")
        revocationEndpoint = try checker.optional("revocation_endpoint")
        namesIssuerInResponses = json.bool("authorization_response_iss_parameter_supported") ?? false
        idTokenAlgorithms = (json.strings("id_token_signing_alg_values_supported") ?? []).compactMap {
            Algorithm(rawValue: $0)
        }
        // RFC 7636 §4.2, RFC 9700 §2.1.1: a provider that does not know S256 would ignore the challenge in silence.
        guard json.strings("code_challenge_methods_supported")?.contains(CodeChallenge.method) == true else {
            throw .discovery("the provider does not support PKCE with S256")
        }
    }
}

/// Reads addresses of a discovery document.
private struct EndpointChecker {
    let json: JSONObject
    let issuer: Issuer
    let origins: Set<String>

    func required(_ member: String) throws(OAuthClientError) -> String {
        guard let address = try optional(member) else { throw .discovery("\(member) is missing") }
        return address
    }

    func optional(_ member: String) throws(OAuthClientError) -> String? {
        guard let value = json[member], value != .null else { return nil }
        guard let text = value.string else { throw .discovery("\(member) is not an address") }
        if let problem = RedirectURI.registrationProblem(text, isNative: issuer.origin.hasPrefix("http://")) {
            throw .discovery("\(member) \(problem)")
        }
        guard let uri = RedirectURI.match(text, registered: [text], allowingLoopbackPorts: false) else {
            throw .discovery("\(member) is not an address")
        }
        guard uri.origin == issuer.origin || origins.contains(uri.origin) else {
            throw .discovery("\(member) is at another origin than the issuer")
        }
        return text
    }
}
