public import JOSE
public import OAuth

/// One issuer that is known by its URL alone: finds out where its keys and endpoints are, and remembers it.
///
/// One for a program and an issuer: the key cache, introspection and the revocation feed share it.
public actor IssuerDiscovery {
    public nonisolated let issuer: Issuer
    public nonisolated let transport: any HTTPTransport
    private let origins: Set<String>
    private var known: (metadata: IssuerMetadata, readAt: NumericDate)?
    private var failedAt: NumericDate?
    private var reading: Task<Result<IssuerMetadata, IssuerUnavailable>, Never>?

    /// What the issuer says of itself is read again after an hour.
    public static let maximumAge = Duration.seconds(3600)
    /// Believed so long when it cannot be read again.
    public static let maximumStaleness = Duration.seconds(86_400)
    /// After a failure nobody asks for so long.
    public static let pause = Duration.seconds(2)
    /// An answer that takes longer is none.
    private let timeLimit: Duration

    /// - Parameters:
    ///   - issuer: the exact text that the issuer calls itself: `https`, or `http` on loopback.
    ///   - origins: other origins than the issuer's own that its endpoints may have.
    public init(issuer: Issuer, transport: any HTTPTransport, allowingEndpointsAt origins: Set<String> = []) {
        self.init(issuer: issuer, transport: transport, allowingEndpointsAt: origins, timeLimit: .seconds(10))
    }

    /// With another time limit than a program needs.
    package init(
        issuer: Issuer, transport: any HTTPTransport, allowingEndpointsAt origins: Set<String> = [],
        timeLimit: Duration
    ) {
        self.issuer = issuer
        self.transport = transport
        self.origins = origins
        self.timeLimit = timeLimit
    }

    /// What it says of itself, read once for all who wait.
    public func metadata(at now: NumericDate) async throws(IssuerUnavailable) -> IssuerMetadata {
        if let known, isAged(known.readAt, less: Self.maximumAge, at: now) { return known.metadata }
        if reading == nil, let failedAt, isAged(failedAt, less: Self.pause, at: now) {
            return try remembered(at: now, or: IssuerUnavailable("the issuer could not be reached a moment ago"))
        }
        let task = reading ?? begin(at: now)
        do { return try await task.value.get() } catch { return try remembered(at: now, or: error) }
    }

    private func begin(at now: NumericDate) -> Task<Result<IssuerMetadata, IssuerUnavailable>, Never> {
        let task = Task { await self.read(at: now) }
        reading = task
        return task
    }

    private func read(at now: NumericDate) async -> Result<IssuerMetadata, IssuerUnavailable> {
        let found = await answer(within: timeLimit) { [issuer, transport, origins] in
            await Self.download(issuer, transport, origins)
        }
        let result = found ?? .failure(IssuerUnavailable("the issuer does not answer in time"))
        reading = nil
        failedAt = now
        if case .success(let metadata) = result {
            known = (metadata, now)
            failedAt = nil
        }
        return result
    }

    /// RFC 8414 §3.1, and for issuers that know OpenID Discovery alone its address (RFC 8414 §5).
    private static func download(
        _ issuer: Issuer, _ transport: any HTTPTransport, _ origins: Set<String>
    ) async -> Result<IssuerMetadata, IssuerUnavailable> {
        let addresses = [issuer.origin + issuer.metadataPath, issuer.origin + issuer.openIDMetadataPath]
        for address in addresses {
            do throws(IssuerUnavailable) {
                let response = try await transport.issuerAnswer(TransportRequest(get: address))
                if response.status == 404 { continue }
                guard response.status == 200, response.isOf(type: "application/json") else {
                    throw IssuerUnavailable("the issuer answers with status \(response.status) and no metadata")
                }
                return .success(try IssuerMetadata(response.body, issuer: issuer, allowing: origins))
            } catch { return .failure(error) }
        }
        return .failure(IssuerUnavailable("the issuer has no metadata"))
    }

    private func remembered(
        at now: NumericDate, or error: IssuerUnavailable
    ) throws(IssuerUnavailable) -> IssuerMetadata {
        guard let known, isAged(known.readAt, less: Self.maximumStaleness, at: now) else { throw error }
        return known.metadata
    }

    /// By a clock that may have been set back.
    private func isAged(_ time: NumericDate, less age: Duration, at now: NumericDate) -> Bool {
        time <= now && now < time + age
    }
}

extension HTTPTransport {
    /// The answer, or the one error that says that there is none.
    func issuerAnswer(_ request: TransportRequest) async throws(IssuerUnavailable) -> TransportResponse {
        let response: TransportResponse
        do {
            response = try await send(request)
        } catch {
            // What the transport says may name addresses with secrets in them.
            throw IssuerUnavailable("the issuer cannot be reached")
        }
        guard response.body.count <= request.maximumBodyBytes else {
            throw IssuerUnavailable("the issuer's answer is too long")
        }
        return response
    }
}
