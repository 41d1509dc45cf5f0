public import JOSE
public import OAuth

/// One OpenID provider: finds out where its endpoints are and which keys it signs with, and remembers both.
public actor Provider {
    public nonisolated let issuer: Issuer
    nonisolated let transport: any HTTPTransport
    private let origins: Set<String>
    private var configuration: (value: ProviderConfiguration, readAt: NumericDate)?
    private var keySet: (value: JWKSet, readAt: NumericDate)?

    /// What the provider says of itself is read again after a day at the latest.
    public static let maximumAge: Duration = .seconds(24 * 3600)
    /// Tokens with invented key names do not make the application ask more often than this.
    public static let minimumKeySetAge: Duration = .seconds(30)

    /// - Parameter issuer: the exact text that the provider calls itself: `https`, or `http` on loopback.
    public init(
        issuer: Issuer, transport: any HTTPTransport, allowingEndpointsAt origins: Set<String> = []
    ) {
        self.issuer = issuer
        self.transport = transport
        self.origins = origins
    }

    public func configuration(at now: NumericDate) async throws(OAuthClientError) -> ProviderConfiguration {
        if let configuration, isFresh(configuration.readAt, now) { return configuration.value }
        let address = issuer.rawValue + "/.well-known/openid-configuration"
        let response = try await transport.answer(TransportRequest(get: address))
        guard response.status == 200, response.isOf(type: "application/json") else {
            throw .discovery("the provider answers with status \(response.status) instead of its document")
        }
        let value = try ProviderConfiguration(response.body, issuer: issuer, allowing: origins)
        configuration = (value, now)
        return value
    }

    /// The keys that may have signed a token with this header. Keys that are not known yet are looked for once.
    func keys(for header: JOSEHeader, at now: NumericDate) async throws(OAuthClientError) -> [VerificationKey] {
        let known = try await currentKeySet(noOlderThan: Self.maximumAge, at: now).verificationKeys(for: header)
        guard known.isEmpty else { return known }
        return try await currentKeySet(noOlderThan: Self.minimumKeySetAge, at: now).verificationKeys(for: header)
    }

    private func currentKeySet(noOlderThan age: Duration, at now: NumericDate) async throws(OAuthClientError) -> JWKSet
    {
        if let keySet, keySet.readAt <= now, now < keySet.readAt + age { return keySet.value }
        let address = try await configuration(at: now).keySetURL
        let response = try await transport.answer(TransportRequest(get: address, accept: "application/jwk-set+json"))
        guard response.status == 200, let value = try? JWKSet(parsing: response.body) else {
            throw .unavailable("the provider's keys cannot be read")
        }
        keySet = (value, now)
        return value
    }

    private func isFresh(_ readAt: NumericDate, _ now: NumericDate) -> Bool {
        readAt <= now && now < readAt + Self.maximumAge
    }
}

extension HTTPTransport {
    /// The answer, or the one error that says that there is none.
    func answer(_ request: TransportRequest) async throws(OAuthClientError) -> TransportResponse {
        let response: TransportResponse
        do {
            response = try await send(request)
        } catch {
            // What the transport says may name addresses with secrets in them.
            throw .unavailable("the provider cannot be reached")
        }
        guard response.body.count <= request.maximumBodyBytes else { throw .unavailable("the answer is too long") }
        return response
    }
}
