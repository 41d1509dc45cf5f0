public import JOSE
public import OAuth

/// What the application is registered with at the provider.
public struct RelyingPartyClient: Sendable {
    /// How it proves who it is.
    public typealias Authentication = ClientAuthentication

    public let id: ClientID
    public let authentication: Authentication
    public let redirectURI: String
    /// The one algorithm that ID tokens and logout tokens for this client are signed with.
    public let idTokenAlgorithm: Algorithm
    /// By how much the two clocks may differ.
    public let clockTolerance: Duration

    public init(
        id: ClientID, authentication: Authentication, redirectURI: String, idTokenAlgorithm: Algorithm = .ES256,
        clockTolerance: Duration = .seconds(60)
    ) {
        self.id = id
        self.authentication = authentication
        self.redirectURI = redirectURI
        self.idTokenAlgorithm = idTokenAlgorithm
        self.clockTolerance = min(max(clockTolerance, .zero), .seconds(600))
    }

    /// Adds what proves the client to a form; returns the `Authorization` header if that is where the proof goes.
    func authenticate(
        _ form: inout FormWriter, for issuer: Issuer, random: SecretGenerator, at now: NumericDate
    ) throws(OAuthClientError) -> Secret? {
        do {
            return try authentication.prove(id, to: issuer, in: &form, random: random, at: now)
        } catch { throw .unavailable("the client's key cannot sign") }
    }
}
