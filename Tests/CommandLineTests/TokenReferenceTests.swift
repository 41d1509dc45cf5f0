import JOSE
import OAuth
import Storage
import TestSupport
import Testing
import tessera

@Suite struct `The reference of tokens` {
    private let page: String

    init() throws { page = try Repository.text("docs/reference/tokens.md") }

    /// The last cell of the row that begins with `name`.
    private func size(_ name: String) -> String? {
        let row = page.split(separator: "\n").first { $0.hasPrefix("| \(name) |") }
        return row?.split(separator: "|").last.map { String($0).trimmingBlanks }
    }

    @Test(.requirement("6749-2.2-3", "6749-5.1-10", "6749-4.1.2-6"))
    func `tells the sizes of what is issued`() {
        let secrets = SecretGenerator.system
        #expect(size("`client_id`, made by the server") == "\(secrets.identifier(prefix: "c_").utf8.count)")
        #expect(size("`client_id`, chosen by an administrator") == "1 to 128")
        #expect(size("`client_secret`") == "\(secrets.secret(.clientSecret).revealedValue.utf8.count)")
        #expect(size("authorization code") == "\(secrets.secret(.authorizationCode).revealedValue.utf8.count)")
        #expect(size("`jti`") == "\(secrets.identifier().utf8.count)")
        #expect(size("access token, JWT") == "at most \(JSONLimits.token.maximumBytes)")
        #expect(size("resource identifier") == "at most \(ResourceIndicator.maximumLength)")
        let handle = AuthorizationRequest.pushedPrefix + secrets.secret(.pendingAuthorization).revealedValue
        #expect(size("`request_uri` of a pushed request") == "\(handle.utf8.count)")
        #expect(size("session and browser cookie") == "\(secrets.secret(.session).revealedValue.utf8.count)")
        #expect(size("master key") == "\(MasterKey.text(of: secrets.bytes(32)).utf8.count)")
    }

    /// By its prefix a scanner tells whoever finds a secret what it opens, and so what to end.
    @Test func `names every secret by a prefix of its own`() throws {
        let sealed = ["tsa_", "tsr_", String(MasterKey.text(of: []).prefix(4))]
        let prefixes = SecretKind.allCases.map(\.rawValue) + sealed
        #expect(Set(prefixes).count == prefixes.count)
        for prefix in prefixes { #expect(page.contains("`\(prefix)"), "\(prefix) is missing") }
        let link = SecretGenerator.system.secret(.mailLink).revealedValue
        #expect(size("link in a mail") == "\(link.utf8.count)")
    }

    @Test(.requirement("6749-3.3-5"))
    func `tells what is demanded of a scope, and its default`() {
        #expect(size("scope") == "at most \(Scope.maximumLength)")
        #expect(page.contains("at most \(Scope.maximumCount) of them"))
        #expect(page.contains("`scope` may be left out of a token request"))
    }

    @Test(.requirement("7519-4.1-1", "7519-4.3-1", "oidc-core-5.1.2-1"))
    func `names every claim, and the private one`() throws {
        let claims = AccessTokenClaims(
            issuer: "https://id.example.com", subject: Subject(unchecked: "a"), clientID: ClientID(unchecked: "a"),
            audience: [ResourceIndicator(unchecked: "https://api.example.com")], tokenID: TokenID(unchecked: "t"),
            scope: try Scope("read"), issuedAt: TestInstallation.now, expiresAt: TestInstallation.now,
            grant: GrantID(unchecked: "g"), epochs: TokenEpochs())
        let names = try JSONObject(parsing: claims.json).members.map(\.name)
        #expect(names.count == 9)
        let section = try #require(page.split(separator: "## Claims of an access token").last)
        for name in names { #expect(section.contains("`\(name)`"), "\(name) is missing") }
        #expect(section.contains("| `tessera` | private to the issuer"))
    }

    @Test func `names every claim of ID tokens and logout tokens`() throws {
        let issuer = try #require(Issuer("https://id.example.com"))
        let (client, subject) = (ClientID(unchecked: "a"), Subject(unchecked: "p"))
        let (now, session) = (TestInstallation.now, SessionID(unchecked: "s"))
        let identity = IDTokenClaims(
            issuer: issuer, subject: subject, audience: client, issuedAt: now, expiresAt: now,
            authentication: AccessTokenAuthentication(time: now, acr: "x", methods: ["pwd"], session: session),
            nonce: "n", accessTokenHash: "h")
        let logout = LogoutTokenClaims(
            issuer: issuer, audience: client, tokenID: TokenID(unchecked: "t"), issuedAt: now, expiresAt: now,
            subject: subject, session: session)
        for (title, json) in [("## ID tokens", identity.json), ("## Logout tokens", logout.json)] {
            let rest = try #require(page.split(separator: title, maxSplits: 1).last)
            let section = rest.split(separator: "\n## ", maxSplits: 1).first ?? rest
            for name in try JSONObject(parsing: json).members.map(\.name) {
                #expect(section.contains("`\(name)`"), "\(title): \(name)")
            }
        }
    }

    @Test(.requirement("7523-5-2"), arguments: [SettingKey.tokensAssertionLifetime, .tokensClockSkew])
    func `tells what an assertion must be`(_ key: SettingKey) throws {
        guard case .integer(let number)? = SettingsTable.setting(key)?.defaultValue else {
            Issue.record("no default")
            return
        }
        #expect(page.contains("`\(key.rawValue)` (\(number) s)"))
        for algorithm in Algorithm.allCases { #expect(page.contains(algorithm.rawValue)) }
    }
}

extension String {
    fileprivate var trimmingBlanks: String { split(separator: " ").joined(separator: " ") }
}
