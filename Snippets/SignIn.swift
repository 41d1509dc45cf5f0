//! Signing people in at a provider, and out again.

// snippet.hide
import JOSE
import OAuth
import OAuthClient

func signIn(
    _ issuer: Issuer, _ id: ClientID, _ secret: Secret, _ transport: any HTTPTransport, at now: NumericDate
) async throws {
    // snippet.show
    // snippet.given
    let provider = Provider(issuer: issuer, transport: transport)
    let client = RelyingPartyClient(
        id: id, authentication: .secretBasic(secret), redirectURI: "https://app.example/cb")
    let flow = AuthorizationCodeFlow(provider: provider, client: client)
    // snippet.end

    // snippet.start
    var wishes = SignInWishes()
    wishes.scope = try Scope("openid profile email offline_access")
    let (location, pending) = try await flow.start(wishes, at: now)
    // snippet.end
    // snippet.hide
    let query = try await returned(from: location)
    // snippet.show

    // snippet.finish
    let signedIn = try await flow.finish(query, pending: pending, at: now)
    let subject = signedIn.idToken.subject
    let claims = try await flow.userInfo(signedIn.tokens.accessToken, of: signedIn.idToken, at: now)
    // snippet.end
    // snippet.hide
    print(subject, claims?.string("name") ?? "")
    // snippet.show

    // snippet.tokens
    let session = flow.session(signedIn)
    let token = try await session.accessToken(at: now)
    // snippet.end
    // snippet.hide
    print(token)
    // snippet.show

    // snippet.sign-out
    let logout = RelyingPartyLogout(provider: provider, client: client)
    if let left = await session.forget() { try? await session.revoke(left, at: now) }
    let target = try await logout.location(
        ending: signedIn.idToken, returningTo: "https://app.example/bye", state: nil, at: now)
    // snippet.end
    // snippet.hide
    print(target ?? "the provider has no such address")
    try await ended(by: [], logout, at: now)
}

func returned(from location: String) async throws -> [UInt8] { [] }

func ended(by body: [UInt8], _ logout: RelyingPartyLogout, at now: NumericDate) async throws {
    // snippet.show
    // snippet.notice
    let notice = try await logout.notice(body, at: now)
    // snippet.end
    // snippet.hide
    print(notice)
}
