public import JOSE

/// What an access token says, whichever format carries it (RFC 9068 §2.2).
public struct AccessTokenClaims: Hashable, Sendable {
    public var issuer: String
    public var subject: Subject
    public var clientID: ClientID
    public var audience: [ResourceIndicator]
    public var tokenID: TokenID
    public var scope: Scope
    public var issuedAt: NumericDate
    public var expiresAt: NumericDate
    /// No token of ours says it; who reads one that does keeps to it (RFC 7519 §4.1.5).
    public var notBefore: NumericDate?
    public var grant: GrantID
    public var epochs: TokenEpochs
    /// When, how and in which session the person signed in (RFC 9068 §2.2.1); `nil` where no person is involved.
    public var authentication: AccessTokenAuthentication?
    /// Claims about the person that the operator maps into access tokens (RFC 9068 §2.2.3), such as roles; none of them
    /// can replace one of the above.
    public var personal = JSONObject()
    /// Where a verifier that asks nobody else sees whether it was revoked; only JWTs have it.
    public var status: StatusReference?

    public init(
        issuer: String, subject: Subject, clientID: ClientID, audience: [ResourceIndicator], tokenID: TokenID,
        scope: Scope, issuedAt: NumericDate, expiresAt: NumericDate, grant: GrantID, epochs: TokenEpochs,
        authentication: AccessTokenAuthentication? = nil
    ) {
        self.issuer = issuer
        self.subject = subject
        self.clientID = clientID
        self.audience = audience
        self.tokenID = tokenID
        self.scope = scope
        self.issuedAt = issuedAt
        self.expiresAt = expiresAt
        self.grant = grant
        self.epochs = epochs
        self.authentication = authentication
    }

    /// The private claim that carries the grant and the epochs; only the issuer reads it.
    static let privateClaim = "tessera"

    private static func isReserved(_ name: String) -> Bool {
        IDTokenClaims.reserved.contains(name) || name == privateClaim || name == StatusReference.claim
    }

    /// The claims as the JSON that is signed or sealed.
    public var json: [UInt8] {
        var writer = JSONWriter(capacity: 512)
        writer.beginObject()
        writer.member("iss", issuer)
        writer.member("sub", subject.rawValue)
        writer.member("client_id", clientID.rawValue)
        if audience.count == 1, let only = audience.first {
            writer.member("aud", only.rawValue)
        } else {
            writer.member("aud", audience.map(\.rawValue))
        }
        writer.member("jti", tokenID.rawValue)
        writer.member("iat", issuedAt.secondsSince1970)
        writer.member("exp", expiresAt.secondsSince1970)
        if !scope.isEmpty { writer.member("scope", scope.description) }
        authentication?.write(to: &writer)
        status?.write(to: &writer)
        let personal = personal.members.filter { !Self.isReserved($0.name) }
        for (name, value) in personal {
            writer.name(name)
            writer.value(value)
        }
        writer.member("tessera") { claim in
            claim.beginObject()
            claim.member("grant", grant.rawValue)
            if !personal.isEmpty { claim.member("personal", personal.map(\.name)) }
            claim.name("epochs")
            claim.beginArray()
            for epoch in [epochs.subject, epochs.client, epochs.grant, epochs.resource] { claim.value(epoch) }
            claim.endArray()
            claim.endObject()
        }
        writer.endObject()
        return writer.bytes
    }

    /// Reads claims whose origin is already proven; `nil` if one that every token of ours has is missing.
    public init?(_ claims: JSONObject) {
        guard let issuer = claims.string("iss"),
            let subject = claims.string("sub").flatMap({ Subject($0) }),
            let client = claims.string("client_id").flatMap({ ClientID($0) }),
            let tokenID = claims.string("jti").flatMap({ TokenID($0) }),
            let issuedAt = claims.date("iat"), let expiresAt = claims.date("exp"),
            let own = claims.object(Self.privateClaim), let roots = TokenRoots(own)
        else { return nil }
        // What is there is well formed, for every reader alike.
        guard claims["nbf"] == nil || claims.date("nbf") != nil,
            claims["scope"] == nil || claims.string("scope") != nil,
            claims["auth_time"] == nil || claims.date("auth_time") != nil
        else { return nil }
        // Bound to a key (RFC 7800 §3.1), of which nothing here asks a proof: no bearer token, and none that we make.
        guard claims["cnf"] == nil else { return nil }
        let audience: [String]
        switch claims["aud"] {
        case .string(let only): audience = [only]
        case .array: audience = claims.strings("aud") ?? []
        default: return nil
        }
        guard !audience.isEmpty else { return nil }
        guard let scope = try? Scope(claims.string("scope") ?? "") else { return nil }
        self.init(
            issuer: issuer, subject: subject, clientID: client,
            audience: audience.map(ResourceIndicator.init(unchecked:)), tokenID: tokenID, scope: scope,
            issuedAt: issuedAt, expiresAt: expiresAt, grant: roots.grant, epochs: roots.epochs,
            authentication: AccessTokenAuthentication(claims))
        notBefore = claims.date("nbf")
        for name in own.strings("personal") ?? [] { personal[name] = claims[name] }
        status = StatusReference(claims)
    }
}

/// What a token of ours hangs from, as its private claim says it: the grant, and the counters when it was made.
public struct TokenRoots: Hashable, Sendable {
    public let grant: GrantID
    public let epochs: TokenEpochs

    public init(grant: GrantID, epochs: TokenEpochs) {
        self.grant = grant
        self.epochs = epochs
    }

    /// `nil` unless the proven claims have the private claim of a Tessera issuer, well formed.
    public init?(in claims: JSONObject) {
        guard let own = claims.object(AccessTokenClaims.privateClaim) else { return nil }
        self.init(own)
    }

    init?(_ own: JSONObject) {
        guard let grant = own.string("grant").flatMap({ GrantID($0) }),
            case .array(let numbers)? = own["epochs"], numbers.count == 4,
            let epochs = TokenEpochs(numbers.compactMap(\.integer))
        else { return nil }
        self.grant = grant
        self.epochs = epochs
    }
}

/// What an access token says of the sign-in behind it (RFC 9068 §2.2.1, `sid` of OpenID Front-Channel Logout §3).
public struct AccessTokenAuthentication: Hashable, Sendable {
    public var time: NumericDate
    public var acr: String?
    public var methods: [String]
    public var session: SessionID?

    public init(time: NumericDate, acr: String? = nil, methods: [String] = [], session: SessionID? = nil) {
        self.time = time
        self.acr = acr
        self.methods = methods
        self.session = session
    }

    init?(_ claims: JSONObject) {
        guard let time = claims.date("auth_time") else { return nil }
        self.init(
            time: time, acr: claims.string("acr"), methods: claims.strings("amr") ?? [],
            session: claims.string("sid").flatMap { SessionID($0) })
    }

    func write(to writer: inout JSONWriter) {
        writer.member("auth_time", time)
        writer.member("acr", acr)
        if !methods.isEmpty { writer.member("amr", methods) }
        writer.member("sid", session?.rawValue)
    }
}

/// The counters of a token's owners at the moment it was made; a higher counter today means that it has ended.
public struct TokenEpochs: Hashable, Sendable {
    public var subject: Int64
    public var client: Int64
    public var grant: Int64
    public var resource: Int64

    public init(subject: Int64 = 0, client: Int64 = 0, grant: Int64 = 0, resource: Int64 = 0) {
        self.subject = subject
        self.client = client
        self.grant = grant
        self.resource = resource
    }

    /// Counters begin at zero, and whoever has none takes that for theirs.
    init?(_ numbers: [Int64]) {
        guard numbers.count == 4, numbers.allSatisfy({ $0 >= 0 }) else { return nil }
        self.init(subject: numbers[0], client: numbers[1], grant: numbers[2], resource: numbers[3])
    }
}
