public import JOSE
public import OAuth

/// One OpenID provider: finds out where its endpoints are and which keys it signs with, and remembers both.
public actor Provider {
    public nonisolated let issuer: Issuer
    nonisolated let transport: any HTTPTransport
    private let configurationDocument: ProviderDocument<ProviderConfiguration>
    private let keySetDocument: ProviderDocument<JWKSet>

    /// What the provider says of itself is read again after a day at the latest.
    public static let maximumAge: Duration = .seconds(24 * 3600)
    /// Tokens with invented key names do not make the application ask more often than this.
    public static let minimumKeySetAge: Duration = .seconds(30)
    /// Nor does anything when a document cannot be had: nobody asks again for so long.
    package static let pause: Duration = .seconds(5)

    /// - Parameter issuer: the exact text that the provider calls itself: `https`, or `http` on loopback.
    public init(
        issuer: Issuer, transport: any HTTPTransport, allowingEndpointsAt origins: Set<String> = []
    ) {
        self.init(issuer: issuer, transport: transport, allowingEndpointsAt: origins, timeLimit: .seconds(10))
    }

    /// With another time limit for a document than an application needs.
    package init(
        issuer: Issuer, transport: any HTTPTransport, allowingEndpointsAt origins: Set<String> = [],
        timeLimit: Duration
    ) {
        self.issuer = issuer
        self.transport = transport
        let reader = ProviderReader(issuer: issuer, transport: transport, origins: origins, timeLimit: timeLimit)
        let configuration = ProviderDocument<ProviderConfiguration> { _ in await reader.configuration() }
        configurationDocument = configuration
        keySetDocument = ProviderDocument<JWKSet> { now in await reader.keySet(namedBy: configuration, at: now) }
    }

    /// Read once for all who wait. After a failure, the same error for a moment.
    public func configuration(at now: NumericDate) async throws(OAuthClientError) -> ProviderConfiguration {
        try await configurationDocument.value(youngerThan: Self.maximumAge, at: now)
    }

    /// The keys that may have signed a token with this header. Keys that are not known yet are looked for once.
    func keys(for header: JOSEHeader, at now: NumericDate) async throws(OAuthClientError) -> [VerificationKey] {
        let known = try await keySetDocument.value(youngerThan: Self.maximumAge, at: now).verificationKeys(for: header)
        guard known.isEmpty else { return known }
        return try await keySetDocument.value(youngerThan: Self.minimumKeySetAge, at: now).verificationKeys(for: header)
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
