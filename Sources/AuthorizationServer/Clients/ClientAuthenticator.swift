import JOSE
package import OAuth
import Risk
package import Storage

/// A client that has proved who it is. Only ``ClientAuthenticator`` makes one.
package struct AuthenticatedClient: Hashable, Sendable {
    package let registration: RegisteredClient
    package var id: ClientID { registration.id }

    fileprivate init(_ registration: RegisteredClient) { self.registration = registration }

    func check(mayUse grantType: GrantType) throws(Rejection) {
        guard registration.grantTypes.contains(grantType) else { throw .grantTypeNotAllowed(id) }
    }
}

/// A client or a protected resource that has proved who it is.
package enum AuthenticatedOwner: Hashable, Sendable {
    case client(AuthenticatedClient)
    case resource(AuthenticatedResource)

    package var id: ClientID {
        switch self {
        case .client(let client): client.id
        case .resource(let resource): resource.registration.id
        }
    }
}

/// A protected resource that has proved who it is.
package struct AuthenticatedResource: Hashable, Sendable {
    package let registration: ProtectedResource
    /// When what it proved itself with is no longer accepted; `nil` for a secret without an end, and for keys.
    let provenUntil: NumericDate?

    fileprivate init(_ registration: ProtectedResource, until: NumericDate?) {
        self.registration = registration
        provenUntil = until
    }
}

/// Turns credentials into a proven identity (RFC 6749 §2.3), for every endpoint alike.
struct ClientAuthenticator: Sendable {
    let registry: Registry
    let assertions: ClientAssertionCheck
    let throttle: AuthenticationThrottle

    /// A secret that no text hashes to, compared where there is none, so that an unknown name costs the same.
    private static let absent = TokenHash(bytes: [UInt8](repeating: 0, count: 32))

    nonisolated(nonsending) func client(
        _ credentials: ClientCredentials, caller: Caller, at now: NumericDate
    ) async throws -> AuthenticatedClient {
        switch try await owner(credentials, caller: caller, at: now) {
        case .client(let client): return client
        case .resource(let resource): throw Rejection.notAClient(resource.registration.id)
        }
    }

    /// For endpoints that a protected resource may call too. A public client proves nothing and is refused there.
    nonisolated(nonsending) func confidentialOwner(
        _ credentials: ClientCredentials, caller: Caller, at now: NumericDate
    ) async throws -> AuthenticatedOwner {
        let owner = try await owner(credentials, caller: caller, at: now)
        if case .none = credentials.proof { throw Rejection.publicCaller(owner.id) }
        return owner
    }

    /// The same client as it is registered now, when something changed since it proved who it is. A secret that was
    /// replaced meanwhile was right when it was shown.
    func renewed(_ client: AuthenticatedClient) async throws -> AuthenticatedClient {
        guard case .client(let registration)? = try await registry.owner(client.id), registration.isEnabled else {
            throw Rejection.clientDisabled(client.id)
        }
        return AuthenticatedClient(registration)
    }

    private nonisolated(nonsending) func owner(
        _ credentials: ClientCredentials, caller: Caller, at now: NumericDate
    ) async throws -> AuthenticatedOwner {
        let throttled = throttle.refusal(of: credentials.clientID, from: caller, at: now)
        // Secrets have 256 bits of our own making: nobody guesses one, and a stranger behind the same address must not
        // lock the client out. An assertion costs a signature, or a download, before it turns out to be wrong.
        if let throttled, case .assertion = credentials.proof { throw throttled }
        let owner = try await registry.owner(credentials.clientID)
        let end: NumericDate?
        do {
            end = try await prove(credentials, owner: owner, at: now)
        } catch let rejection as Rejection {
            // A key set that cannot be fetched says nothing about the client.
            if case .assertionKeysUnavailable = rejection { throw rejection }
            if let throttled { throw throttled }
            throttle.recordFailure(of: credentials.clientID, from: caller, at: now)
            throw rejection
        }
        switch owner {
        case .client(let client): return .client(AuthenticatedClient(client))
        case .resource(let resource): return .resource(AuthenticatedResource(resource, until: end))
        case nil: throw Rejection.clientUnknown
        }
    }

    /// Returns when the secret that was shown ends, if it does.
    private nonisolated(nonsending) func prove(
        _ credentials: ClientCredentials, owner: RegisteredOwner?, at now: NumericDate
    ) async throws -> NumericDate? {
        var end: NumericDate?
        let id = credentials.clientID
        let registered = owner?.credentials
        let presented: AuthenticationMethod =
            switch credentials.proof {
            case .none: .none
            case .basic: .clientSecretBasic
            case .post: .clientSecretPost
            case .assertion: .privateKeyJWT
            }
        switch credentials.proof {
        case .none:
            break
        case .basic(let secret), .post(let secret):
            let match = Self.match(secret, registered?.secrets ?? [], at: now)
            end = match.until
            guard match.isRight, registered?.method == presented else {
                guard owner != nil else { throw Rejection.clientUnknown }
                throw registered?.method == presented ? Rejection.clientSecretWrong(id) : .clientMethodWrong(id)
            }
        case .assertion(let assertion):
            guard let owner else { throw Rejection.clientUnknown }
            guard registered?.method == .privateKeyJWT else { throw Rejection.clientMethodWrong(id) }
            try await assertions.check(assertion, of: owner, at: now)
        }
        guard let owner else { throw Rejection.clientUnknown }
        // RFC 6749 §2.3.1: a client that was given credentials must use them; a bare client_id is for public clients.
        guard registered?.method == presented else { throw Rejection.clientMethodWrong(id) }
        guard owner.isEnabled else { throw Rejection.clientDisabled(id) }
        return end
    }

    /// Compares with every live secret, so that the time says neither which one matched nor whether there is any.
    private static func match(
        _ secret: Secret, _ stored: [StoredSecret], at now: NumericDate
    ) -> (isRight: Bool, until: NumericDate?) {
        let hash = TokenHash(of: secret)
        var isRight = absent.map { hash == $0 } ?? false
        var end: NumericDate?
        for candidate in stored where candidate.isLive(at: now) {
            let isEqual = hash == candidate.hash
            isRight = isRight || isEqual
            end = isEqual ? candidate.expiresAt : end
        }
        return (isRight, end)
    }
}
