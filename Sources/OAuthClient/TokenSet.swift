public import JOSE
public import OAuth

/// The tokens of one sign-in, as the token endpoint gave them (RFC 6749 §5.1).
public struct TokenSet: Hashable, Sendable {
    public var accessToken: Secret
    /// By the application's own clock; `nil` if the provider does not say.
    public var expiresAt: NumericDate?
    /// Seconds that it was good for when it came.
    var lifetime: Int64?
    public var refreshToken: Secret?
    /// `nil`: as was asked for.
    public var scope: Scope?
    /// Not yet believed.
    var idToken: String?

    init(_ response: TransportResponse, at now: NumericDate) throws(OAuthClientError) {
        guard response.isOf(type: "application/json"),
            let json = try? JSONObject(parsing: response.body, limits: .document(maximumBytes: 256 * 1024))
        else { throw .unavailable("the token endpoint answers with status \(response.status) and no JSON") }
        guard response.status == 200 else {
            guard let code = json.string("error") else {
                throw .unavailable("the token endpoint answers with status \(response.status)")
            }
            throw .refused(code: code, description: json.string("error_description"))
        }
        // RFC 6749 §7.1: a client must not use a token of a type that it does not understand.
        guard let token = json.string("access_token"), !token.isEmpty,
            json.string("token_type").map({ $0.lowercased() }) == "bearer"
        else { throw .unavailable("the token endpoint's answer has no bearer token") }
        accessToken = Secret(token)
        lifetime = json.integer("expires_in").map { min(max($0, 0), 10 * 366 * 86400) }
        expiresAt = lifetime.map { now + .seconds($0) }
        refreshToken = json.string("refresh_token").map { Secret($0) }
        scope = json.string("scope").flatMap { try? Scope($0) }
        idToken = json.string("id_token")
    }
}
