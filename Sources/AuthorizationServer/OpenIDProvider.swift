package import Authenticators
import Crypto
package import JOSE
package import OAuth
import Risk
package import Storage

/// One issuer: all endpoints in one value, with its own store and keys. A process may hold many.
package final class OpenIDProvider: Sendable {
    package let issuer: Issuer
    package let policy: ServerPolicy
    package let store: any Store
    package let secrets: SecretGenerator
    package let registry: Registry
    package let keys: KeyKeeper
    package let revocations: RevocationList
    package let statusLists: StatusLists
    let statusListTokens: StatusListTokens
    package let passwords: PasswordHasher
    let sealer: SecretSealer
    let outbound: Outbound
    let signInThrottle: SignInThrottle
    let mailRequests: MailRequests
    let authenticator: ClientAuthenticator
    let pairwise: PairwiseSubjects
    let waitingRequests: NeighbourhoodThrottle
    let registrations: FailureThrottle
    let registrationThrottle: RegistrationThrottle
    let sectors: SectorCheck
    let userInfoEndpoint: UserInfoEndpoint
    let grantNames: GrantNames
    let usage = UsageCounters()
    /// The latest refusals, for the operator who asks why.
    package let decisions: DecisionJournal
    let refusals = RefusalFolder()
    let upkeepPlan = UpkeepPlan()
    let bell = AlarmBell()
    let honeyKeys = HoneyKeyMemory()
    let keyQuotas: APIKeyQuotas
    let leakReports: LeakReports
    private let tokens: TokenEndpoint
    private let introspection: IntrospectionEndpoint
    private let revocation: RevocationEndpoint
    private let metadata: Document
    private let openIDMetadata: Document

    package var keyRing: KeyRing { keys.ring }

    private init(
        issuer: Issuer, policy: ServerPolicy, store: any Store, secrets: SecretGenerator, keys: KeyKeeper,
        revocations: RevocationList, statusLists: StatusLists, fetcher: any DocumentFetcher, sealer: SecretSealer,
        passwords: PasswordHasher,
        outbound: Outbound, pairwise: PairwiseSubjects
    ) {
        self.issuer = issuer
        self.policy = policy
        self.store = store
        self.secrets = secrets
        grantNames = GrantNames(secrets: secrets)
        decisions = DecisionJournal(policy.explain, secrets: secrets)
        self.keys = keys
        self.revocations = revocations
        self.statusLists = statusLists
        statusListTokens = StatusListTokens(lists: statusLists, keys: keys.ring)
        self.sealer = sealer
        self.passwords = passwords
        self.outbound = outbound
        signInThrottle = SignInThrottle(policy.people)
        mailRequests = MailRequests(policy.people.mailThrottle)
        let registry = Registry(store: store, capacity: policy.registryCapacity)
        self.registry = registry
        let authenticator = ClientAuthenticator(
            registry: registry,
            assertions: ClientAssertionCheck(
                issuer: issuer, policy: policy, keys: ClientKeys(fetcher: fetcher, keysKept: policy.keysPerClient),
                replays: store),
            throttle: AuthenticationThrottle(policy))
        self.authenticator = authenticator
        self.pairwise = pairwise
        waitingRequests = NeighbourhoodThrottle(policy.requestThrottle)
        registrations = FailureThrottle(policy.registration.throttle)
        registrationThrottle = RegistrationThrottle(policy.registration)
        sectors = SectorCheck(fetcher: fetcher)
        let ring = keys.ring
        let mint: @Sendable (NumericDate) -> TokenMint = { now in
            TokenMint(
                issuer: issuer, keys: ring.snapshot, revocations: revocations, statuses: statusLists, secrets: secrets,
                maximumLifetime: policy.maximumAccessTokenLifetime, now: now)
        }
        let identity = IdentityClaims(store: store, mapping: policy.people.claimMapping)
        let keyQuotas = APIKeyQuotas()
        self.keyQuotas = keyQuotas
        let keyCheck = APIKeyCheck(
            store: store, registry: registry,
            administration: ResourceIndicator(unchecked: issuer.url(of: .administration)), quotas: keyQuotas)
        leakReports = LeakReports(policy.apiKeys)
        let refreshKeys = RefreshKeys(issuer: issuer, sealer: sealer)
        let verified = VerifiedTokens(capacity: policy.verifiedTokenCapacity)
        let personTokens = AuthorizationTokens(
            issuer: issuer, policy: policy, registry: registry, keys: keys, pairwise: pairwise, identity: identity,
            revocations: revocations, mint: mint)
        tokens = TokenEndpoint(
            authenticator: authenticator, registry: registry, attempts: max(1, policy.tokenAttempts),
            codes: AuthorizationCodeGrant(
                store: store, revocations: revocations, tokens: personTokens, refreshKeys: refreshKeys,
                verified: verified, policy: policy, secrets: secrets),
            refreshes: RefreshTokenGrant(
                store: store, revocations: revocations, tokens: personTokens, refreshKeys: refreshKeys,
                policy: policy, remembered: RememberedFamilies(capacity: policy.rememberedFamilies),
                verified: verified),
            exchanges: TokenExchangeGrant(
                check: keyCheck, registry: registry, lifetime: policy.apiKeys.exchangedLifetime, mint: mint),
            mint: mint)
        let reader: @Sendable () -> AccessTokenReader = {
            AccessTokenReader(
                issuer: issuer, keys: ring.snapshot, revocations: revocations, clockSkew: policy.clockSkew)
        }
        introspection = IntrospectionEndpoint(
            authenticator: authenticator, reader: reader, keys: keyCheck, revocations: revocations,
            allowsKeys: policy.apiKeys.allowsDirectUse)
        revocation = RevocationEndpoint(
            authenticator: authenticator, reader: reader, store: store, revocations: revocations,
            refreshKeys: refreshKeys)
        userInfoEndpoint = UserInfoEndpoint(
            issuer: issuer, store: store, registry: registry, keys: keys, pairwise: pairwise, identity: identity,
            verified: verified, reader: reader, mint: mint)
        let documents = MetadataEndpoint(issuer: issuer, policy: policy)
        metadata = documents.document
        openIDMetadata = documents.openIDDocument
    }

    /// Loads an issuer from its store; makes its first keys and its administration resource if they are missing.
    package static func open(
        issuer: Issuer, policy: ServerPolicy, store: any Store, sealer: SecretSealer, secrets: SecretGenerator,
        fetcher: any DocumentFetcher, passwords: PasswordHasher? = nil, outbound: Outbound = Outbound(),
        at now: NumericDate
    ) async throws -> OpenIDProvider {
        let stored = try await store.claimIssuer(issuer.rawValue)
        guard stored == issuer.rawValue else { throw OpeningError.issuerDiffers(stored: stored) }
        // Without a key no token was ever made, so that nobody can have one of which nothing was noted.
        let isNew = try await store.keys().isEmpty
        let keys = KeyKeeper(issuer: issuer, policy: policy, store: store, sealer: sealer, secrets: secrets)
        try await keys.start(algorithms: policy.signingAlgorithms, at: now)
        let statusLists = StatusLists(issuer: issuer, policy: policy.statusLists, store: store, secrets: secrets)
        let revocations = RevocationList(
            try await .load(from: store, keys: keys.ring.snapshot, at: now),
            feed: RevocationFeed(
                issuer: issuer, policy: policy.feed, keys: keys.ring, secrets: secrets,
                places: TokenPlaces(
                    bytes: policy.feed.placesBytes,
                    lifetime: .seconds(policy.maximumAccessTokenLifetime + ServerPolicy.revocationAllowance),
                    completeAt: isNew ? now : RevocationList.forgotten(after: now), at: now)),
            statuses: statusLists, budget: RevocationBudget(policy.revocationThrottle), at: now)
        try await statusLists.load(knowing: revocations)
        let provider = OpenIDProvider(
            issuer: issuer, policy: policy, store: store, secrets: secrets, keys: keys, revocations: revocations,
            statusLists: statusLists, fetcher: fetcher, sealer: sealer,
            passwords: passwords ?? PasswordHasher(PasswordHasherSettings(threads: 1), secrets: secrets),
            outbound: outbound,
            pairwise: try await PairwiseSubjects.load(from: store, sealer: sealer, secrets: secrets))
        try await provider.registry.origins.refresh()
        try await provider.ensureAdministrationResource(at: now)
        try await provider.expectStoredPasswords()
        try await provider.honeyKeys.refresh(from: store)
        return provider
    }

    package enum OpeningError: Error, Hashable, Sendable { case issuerDiffers(stored: String) }

    /// Reads access tokens with the keys and revocations of this moment.
    package var reader: AccessTokenReader {
        AccessTokenReader(
            issuer: issuer, keys: keyRing.snapshot, revocations: revocations, clockSkew: policy.clockSkew)
    }

    package nonisolated(nonsending) func token(
        _ request: TokenRequest, from credentials: ClientCredentials, caller: Caller, at now: NumericDate
    ) async throws -> Answered<TokenResponse> {
        do {
            let call = TokenCall(
                credentials: credentials, caller: caller, now: now,
                noticeOfTheft: { [self] person, client, now in
                    guard let user = try await store.user(person) else { return [] }
                    return try notices(.tokenTheft(client: client.name, at: now), to: user, at: now)
                })
            let answer = try await tokens.respond(to: request, call)
            usage.count(.issued, client: answer.facts.client, resource: answer.facts.resource, at: now)
            return answer
        } catch let refusal as APIKeyRefusal {
            throw rejection(for: refusal, of: "token", client: credentials.clientID, caller: caller, at: now)
        } catch let rejection as Rejection {
            await record(rejection, of: "token", .token(request, credentials), caller: caller, at: now)
            // Refused before anybody looked at the key that it came with.
            if case .tokenExchange(let parameters) = request {
                await notice(
                    keyIn: parameters.subjectToken, at: "token", client: rejection.client, caller: caller, now: now)
            }
            throw rejection
        } catch {
            if case .tokenExchange(let parameters) = request {
                noticeWithoutStore(keyIn: parameters.subjectToken, at: "token", caller: caller, now: now)
            }
            throw error
        }
    }

    /// Exchanges an API key that nobody but itself stands for (RFC 8693 §2.1).
    package func exchange(
        _ parameters: TokenExchangeParameters, caller: Caller, at now: NumericDate
    ) async throws -> Answered<TokenResponse> {
        do {
            let answer = try await tokens.exchange(parameters, caller: caller, at: now)
            usage.count(.issued, client: answer.facts.client, resource: answer.facts.resource, at: now)
            return answer
        } catch let refusal as APIKeyRefusal {
            throw rejection(for: refusal, of: "token", client: nil, caller: caller, at: now)
        } catch let rejection as Rejection {
            await record(rejection, of: "token", .exchange(parameters), caller: caller, at: now)
            throw rejection
        } catch {
            noticeWithoutStore(keyIn: parameters.subjectToken, at: "token", caller: caller, now: now)
            throw error
        }
    }

    package func introspect(
        _ token: PresentedToken, from credentials: ClientCredentials, caller: Caller, at now: NumericDate
    ) async throws -> Answered<IntrospectionResponse> {
        do {
            let answer = try await introspection.respond(to: token, from: credentials, caller: caller, at: now)
            if case .inactive = answer.response {
                usage.count(
                    .introspectedInactive, client: answer.facts.client, resource: answer.facts.resource, at: now)
                recordInactive(token.token, answer.facts, from: credentials.clientID, caller: caller, at: now)
                // From whoever is no resource a key is not even looked at.
                await notice(
                    keyIn: token.token, at: "introspection", client: answer.facts.client, caller: caller, now: now)
            } else {
                usage.count(.introspectedActive, client: answer.facts.client, resource: answer.facts.resource, at: now)
            }
            return answer
        } catch let refusal as APIKeyRefusal {
            let rejection = rejection(
                for: refusal, of: "introspection", client: credentials.clientID, caller: caller, at: now)
            usage.count(.introspectedInactive, client: credentials.clientID, resource: nil, at: now)
            return Answered(.inactive, rejection.facts)
        } catch let rejection as Rejection {
            await record(
                rejection, of: "introspection", .presented(token.token, credentials), caller: caller, at: now)
            await notice(
                keyIn: token.token, at: "introspection", client: rejection.client, caller: caller, now: now)
            throw rejection
        } catch {
            noticeWithoutStore(keyIn: token.token, at: "introspection", caller: caller, now: now)
            throw error
        }
    }

    package func revoke(
        _ token: PresentedToken, from credentials: ClientCredentials, caller: Caller, at now: NumericDate
    ) async throws -> Answered<Void> {
        do {
            let answer = try await revocation.respond(to: token, from: credentials, caller: caller, at: now)
            // A key is no token, and the answer to what is none says nothing.
            await notice(keyIn: token.token, at: "revocation", client: answer.facts.client, caller: caller, now: now)
            return answer
        } catch let rejection as Rejection {
            await record(rejection, of: "revocation", .presented(token.token, credentials), caller: caller, at: now)
            await notice(keyIn: token.token, at: "revocation", client: rejection.client, caller: caller, now: now)
            throw rejection
        } catch {
            noticeWithoutStore(keyIn: token.token, at: "revocation", caller: caller, now: now)
            throw error
        }
    }

    /// The authorization server's metadata (RFC 8414 §3.2).
    package func metadataDocument() -> Document { metadata }

    /// The provider's configuration (OpenID Discovery §4).
    package func openIDMetadataDocument() -> Document { openIDMetadata }

    /// The token of a status list; `nil` if there is none of that name.
    package func statusListDocument(_ list: String, at now: NumericDate) async throws -> Document? {
        try await statusListTokens.document(of: list, at: now)
    }

    /// The public keys (RFC 7517 §5).
    package func keySetDocument(at now: NumericDate) -> Document { keyRing.snapshot.document }
}
