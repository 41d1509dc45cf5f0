import JOSE
import OAuth
import OAuthClient
import Testing

/// A provider that answers as a test tells it to, in the place of a network.
actor CraftedProvider: HTTPTransport {
    static let now = NumericDate(secondsSince1970: 1_800_000_000)
    static let issuerText = "https://id.example/t"

    let key: SigningKey
    let otherKey: SigningKey
    private(set) var requests: [TransportRequest] = []
    /// Members of the discovery document that differ; `.null` leaves one out.
    private var document: [String: JSONValue] = [:]
    private var tokenAnswer = TransportResponse(status: 500, contentType: nil, body: [])
    private var userInfoAnswer = TransportResponse(status: 500, contentType: nil, body: [])
    private var publishedKeys: [SigningKey]
    private var isDown = false
    /// Callers that wait until ``open()``.
    private var gate: [CheckedContinuation<Void, Never>] = []
    /// Ends of the addresses that wait, and of those that have no more than an error to say.
    private var gated: Set<String> = []
    private var broken: Set<String> = []

    init() throws {
        key = try SigningKey.generate(.ES256)
        otherKey = try SigningKey.generate(.ES256)
        publishedKeys = [key]
    }

    func set(_ member: String, to value: JSONValue) { document[member] = value }
    func publish(_ keys: [SigningKey]) { publishedKeys = keys }
    func goDown(_ down: Bool = true) { isDown = down }
    func fail(_ path: String, _ fails: Bool = true) {
        if fails { broken.insert(path) } else { broken.remove(path) }
    }
    func answerTokens(_ json: String, status: Int = 200, contentType: String? = "application/json") {
        tokenAnswer = TransportResponse(status: status, contentType: contentType, body: Array(json.utf8))
    }
    func answerUserInfo(_ text: String, contentType: String) {
        userInfoAnswer = TransportResponse(status: 200, contentType: contentType, body: Array(text.utf8))
    }
    func holdTokens() { hold("/token") }
    func hold(_ path: String) { gated.insert(path) }
    var held: Int { gate.count }
    func open() {
        gated = []
        for waiting in gate { waiting.resume() }
        gate = []
    }
    var tokenRequests: [FormParameters] {
        requests.filter { $0.url.hasSuffix("/token") }.compactMap { try? FormParameters($0.form ?? []) }
    }
    func count(_ suffix: String) -> Int { requests.filter { $0.url.hasSuffix(suffix) }.count }

    func send(_ request: TransportRequest) async throws -> TransportResponse {
        requests.append(request)
        struct Down: Error {}
        guard !isDown else { throw Down() }
        let path = String(request.url.dropFirst(Self.issuerText.count))
        if gated.contains(path) {
            await withCheckedContinuation { gate.append($0) }
            // As a client for HTTP gives up when nobody wants its answer any more.
            if path != "/token" { try Task.checkCancellation() }
        }
        guard !broken.contains(path) else { return TransportResponse(status: 500) }
        switch path {
        case "/.well-known/openid-configuration":
            return TransportResponse(
                status: 200, contentType: "application/json; charset=utf-8", body: configuration.jsonBytes)
        case "/jwks":
            let set = JWKSet(keys: publishedKeys.map(\.verificationKey.jwk))
            return TransportResponse(status: 200, contentType: "application/json", body: set.publicJSON.jsonBytes)
        case "/token": return tokenAnswer
        case "/userinfo": return userInfoAnswer
        case "/revoke": return TransportResponse(status: 200, contentType: nil, body: [])
        default: return TransportResponse(status: 404, contentType: nil, body: [])
        }
    }

    private var configuration: JSONObject {
        var json = JSONObject([("issuer", .string(Self.issuerText))])
        for (member, path) in [
            ("authorization_endpoint", "/authorize"), ("token_endpoint", "/token"), ("jwks_uri", "/jwks"),
            ("userinfo_endpoint", "/userinfo"), ("end_session_endpoint", "/logout"), ("revocation_endpoint", "/revoke"),
        ] { json[member] = .string(Self.issuerText + path) }
        json["code_challenge_methods_supported"] = .array([.string("S256")])
        json["authorization_response_iss_parameter_supported"] = .bool(true)
        json["id_token_signing_alg_values_supported"] = .array([.string("ES256")])
        for (member, value) in document { json[member] = value == .null ? nil : value }
        return json
    }
}

/// An application at a crafted provider, with a sign-in under way.
struct Application {
    let crafted: CraftedProvider
    let provider: Provider
    let flow: AuthorizationCodeFlow
    let client: RelyingPartyClient
    let now = CraftedProvider.now

    init(
        authentication: RelyingPartyClient.Authentication = .secretBasic(Secret("s3:cr€t")),
        crafted: CraftedProvider? = nil, clockTolerance: Duration = .seconds(60)
    ) throws {
        self.crafted = try crafted ?? CraftedProvider()
        let issuer = try #require(Issuer(CraftedProvider.issuerText))
        provider = Provider(issuer: issuer, transport: self.crafted)
        client = RelyingPartyClient(
            id: ClientID(unchecked: "app"), authentication: authentication, redirectURI: "https://app.example/cb",
            clockTolerance: clockTolerance)
        flow = AuthorizationCodeFlow(provider: provider, client: client)
    }

    /// Starts a sign-in; returns what it keeps and the parameters that went into the address.
    func start(_ change: (inout SignInWishes) -> Void = { _ in }) async throws -> (PendingSignIn, FormParameters) {
        var wishes = SignInWishes()
        change(&wishes)
        let (location, pending) = try await flow.start(wishes, at: now)
        let query = try #require(location.split(separator: "?").last)
        return (pending, try FormParameters(Array(query.utf8)))
    }

    /// The claims of a good ID token for that start, with changes; `.null` leaves a claim out.
    func claims(nonce: String?, _ changes: [String: JSONValue] = [:]) -> JSONObject {
        var claims = JSONObject([
            ("iss", .string(CraftedProvider.issuerText)), ("sub", .string("u1")), ("aud", .string("app")),
            ("exp", .integer(now.secondsSince1970 + 300)), ("iat", .integer(now.secondsSince1970)),
            ("auth_time", .integer(now.secondsSince1970 - 5)), ("sid", .string("s1")),
            ("at_hash", .string(IDTokenClaims.halfHash(of: Secret("at1"), for: .ES256))),
        ])
        if let nonce { claims["nonce"] = .string(nonce) }
        for (name, value) in changes { claims[name] = value == .null ? nil : value }
        return claims
    }

    func sign(_ claims: JSONObject, type: String = "JWT", key: SigningKey? = nil) throws -> String {
        try JWTSigner(key ?? crafted.key, type: type).sign(claims.jsonBytes)
    }

    func answer(_ idToken: String, more: String = #","refresh_token":"rt1""#) async {
        await crafted.answerTokens(
            #"{"access_token":"at1","token_type":"Bearer","expires_in":300,"id_token":"\#(idToken)"\#(more)}"#)
    }

    func callback(_ parameters: FormParameters, code: String = "c1") -> [UInt8] {
        var form = FormWriter()
        form.append("code", code)
        form.append("state", parameters["state"])
        form.append("iss", CraftedProvider.issuerText)
        return form.bytes
    }

    func signIn() async throws -> SignedIn {
        let (pending, sent) = try await start()
        await answer(try sign(claims(nonce: sent["nonce"])))
        return try await flow.finish(callback(sent), pending: pending, at: now)
    }
}
