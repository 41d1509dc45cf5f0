import JOSE
import OAuth
import Testing

/// All that one application holds of a person in one session, each kind of it once: two authorizations that were
/// redeemed, and one whose code was not.
struct GivenCredentials {
    let application: Application
    /// Of the session, as this application sees it.
    let sid: String
    /// With `code`, an authorization of its own.
    let code: String
    /// For UserInfo, an authorization of its own.
    let userInfoToken: String
    /// These three hang from the main authorization, as does the code that was spent for it.
    let jwt: String
    let opaque: String
    var refreshToken: String
    let firstRefreshToken: String
    let spentCode: String

    static let api = "https://api.example"
    static let vault = "https://vault.example"

    /// Sends the person through the pages for each of them; the last one asks for everything, and so does the consent.
    init(_ application: Application, isOffline: Bool = false) async throws {
        self.application = application
        let identity = isOffline ? "openid offline_access " : ""
        let known = try await application.tokens(["scope": isOffline ? "openid offline_access" : "openid"])
        (sid, userInfoToken) = (try #require(known.identity.string("sid")), known.accessToken)
        code = try #require(try await application.authorize(["scope": identity + "api.read"])["code"])
        spentCode = try #require(try await application.authorize(["scope": identity + "api.read vault.read"])["code"])
        let first = try Self.tokens(try await Self.redeem(spentCode, by: application))
        (jwt, firstRefreshToken) = (first.access, first.refresh)
        let second = try Self.tokens(try await Self.refresh(firstRefreshToken, at: Self.vault, by: application))
        (opaque, refreshToken) = (second.access, second.refresh)
    }

    /// For the API that is sent JWTs.
    static func redeem(_ code: String, by application: Application) async throws -> RawAnswer {
        try await application.token([
            "grant_type": "authorization_code", "code": code, "redirect_uri": application.callback,
            "code_verifier": Application.verifier, "resource": api,
        ])
    }

    static func refresh(
        _ token: String, at resource: String = api, by application: Application
    ) async throws -> RawAnswer {
        try await application.token(["grant_type": "refresh_token", "refresh_token": token, "resource": resource])
    }

    /// `invalid_grant`, and nothing else that a request may be refused for.
    static func expectRefusal(_ answer: RawAnswer) throws {
        let json = try JSONObject(parsing: Array(answer.body.utf8))
        #expect(answer.status == 400 && json.string("error") == "invalid_grant", "\(answer)")
    }

    private static func tokens(_ answer: RawAnswer) throws -> (access: String, refresh: String) {
        let json = try JSONObject(parsing: Array(answer.body.utf8))
        return (
            try #require(json.string("access_token"), "\(answer)"), try #require(json.string("refresh_token"))
        )
    }

    /// What is still worth something, asked at the endpoint where it would be used.
    func left() async throws -> [String] {
        let server = application.server
        var left: [String] = []
        if try await isActive(jwt, at: Self.api) { left.append("JWT access token") }
        if try await isActive(opaque, at: Self.vault) { left.append("opaque access token") }
        if try await isTaken(Self.refresh(refreshToken, by: application)) { left.append("refresh token") }
        if try await isTaken(Self.redeem(code, by: application)) { left.append("code") }
        let answer = try await server.live.exchange(
            RequestText.request("GET", "/userinfo", ["authorization: Bearer \(userInfoToken)"]))
        if answer.status == 200 { left.append("access token of UserInfo") }
        return left
    }

    /// Refused with `invalid_grant`, if it is not taken.
    private func isTaken(_ answer: RawAnswer) throws -> Bool {
        guard answer.status != 200 else { return true }
        try Self.expectRefusal(answer)
        return false
    }

    /// What is left of them, in the words of the table.
    static func expectation(_ cell: String) -> [String]? {
        let others = ["code", "access token of UserInfo"]
        return switch cell {
        case "–": ["JWT access token", "opaque access token", "refresh token"] + others
        case "ends", "end", "what was given in it", "those of other sessions": []
        case "that one", "what was given there": others
        case "unspent codes": ["JWT access token", "opaque access token", "refresh token", "access token of UserInfo"]
        default: nil
        }
    }

    private func isActive(_ token: String, at resource: String) async throws -> Bool {
        var form = FormWriter()
        form.append("token", token)
        let id = String(resource.dropFirst("https://".count).prefix { $0 != "." })
        let basic = RequestText.authorization(id, ConformanceServer.secret.revealedValue)
        let answer = try await application.server.live.exchange(
            RequestText.form("/introspect", form.text, authorization: basic))
        #expect(answer.status == 200, "\(answer)")
        return try JSONObject(parsing: Array(answer.body.utf8)).bool("active") == true
    }
}
