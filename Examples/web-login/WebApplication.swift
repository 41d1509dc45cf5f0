import Hummingbird
import JOSE
import OAuth
import OAuthClient

/// The application: a page, and what it takes to sign in, refresh and sign out.
struct WebApplication: Sendable {
    let name: String
    let base: String
    let wishes: SignInWishes
    let flow: AuthorizationCodeFlow
    let logout: RelyingPartyLogout
    private let visitors = Visitors()

    init(
        name: String, base: String, wishes: SignInWishes, flow: AuthorizationCodeFlow, logout: RelyingPartyLogout
    ) {
        self.name = name
        self.base = base
        self.wishes = wishes
        self.flow = flow
        self.logout = logout
    }

    var router: Router<BasicRequestContext> {
        let router = Router()
        router.get("/") { request, _ in await home(request) }
        router.get("/style.css") { _, _ in file("text/css; charset=utf-8", Page.stylesheet) }
        router.get("/icon.svg") { _, _ in file("image/svg+xml", Page.icon) }
        router.get("/sign-in") { request, _ in await answering { try await startSignIn(request) } }
        router.post("/sign-in") { request, _ in await answering { try await continueSignIn(request) } }
        router.get("/callback") { request, _ in await answering { try await finishSignIn(request) } }
        router.post("/refresh") { request, _ in await answering { try await refresh(request) } }
        router.post("/sign-out") { request, _ in await answering { try await signOut(request) } }
        router.get("/signed-out") { _, _ in page("Signed out", Page.signedOut) }
        router.post("/backchannel-logout") { request, _ in await backChannelLogout(request) }
        return router
    }

    private func home(_ request: Request) async -> Response {
        guard let person = await visitors.person(of: cookie(request), at: WebLogin.now()) else {
            return page(name, Page.welcome(name))
        }
        let hasToken = (try? await person.session.accessToken(at: WebLogin.now())) != nil
        return page(name, Page.person(person, hasToken: hasToken))
    }

    /// The button of the page; and where the provider sends people who start there, who say so by a query (OpenID Core §4).
    private func startSignIn(_ request: Request) async throws -> Response {
        var wishes = wishes
        if let query = request.uri.query, !query.isEmpty {
            wishes = try InitiatedSignIn(Array(query.utf8), among: [flow.provider], base: base).wishes(wishes)
        }
        let now = WebLogin.now()
        let (location, pending) = try await flow.start(wishes, at: now)
        let id = await visitors.keep(pending, for: cookie(request), at: now)
        return redirect(to: location, cookie: id)
    }

    /// The same by a form. It comes from another site and so without the visitor's cookie: the browser is sent on, to
    /// come back with it.
    private func continueSignIn(_ request: Request) async throws -> Response {
        let body = Array(try await request.body.collect(upTo: 16 * 1024).readableBytesView)
        let initiated = try InitiatedSignIn(body, among: [flow.provider], base: base)
        var form = FormWriter()
        form.append("iss", initiated.provider.issuer.rawValue)
        form.append("login_hint", initiated.loginHint)
        return redirect(to: "/sign-in?" + form.text)
    }

    private func finishSignIn(_ request: Request) async throws -> Response {
        let query = Array((request.uri.query ?? "").utf8)
        let id = cookie(request)
        guard let state = try? FormParameters(query)["state"], let pending = await visitors.takePending(state, of: id)
        else { throw OAuthClientError.callback(.wrongState) }
        let now = WebLogin.now()
        let signedIn = try await flow.finish(query, pending: pending, at: now)
        // A token for a resource is not one for UserInfo; the ID token says enough then.
        let userInfo =
            wishes.resource == nil
            ? try await flow.userInfo(signedIn.tokens.accessToken, of: signedIn.idToken, at: now) : nil
        let person = Person(
            idToken: signedIn.idToken, session: flow.session(signedIn), userInfo: userInfo,
            formToken: Secret(SecretGenerator.system.text()))
        return redirect(to: "/", cookie: await visitors.signIn(person, replacing: id, at: now))
    }

    private func refresh(_ request: Request) async throws -> Response {
        guard let person = try await poster(request) else { return redirect(to: "/") }
        do {
            try await person.session.refresh(at: WebLogin.now())
        } catch OAuthClientError.ended {
            // The provider ended what this sign-in rests on, so it ends here too.
            _ = await visitors.signOut(cookie(request))
            throw OAuthClientError.ended
        }
        return redirect(to: "/")
    }

    private func signOut(_ request: Request) async throws -> Response {
        guard let person = try await poster(request) else { return redirect(to: "/") }
        _ = await visitors.signOut(cookie(request))
        await forget(person)
        let now = WebLogin.now()
        let location = try await logout.location(
            ending: person.idToken, returningTo: base + "/signed-out", state: nil, at: now)
        return redirect(to: location ?? "/signed-out", cookie: "")
    }

    /// OpenID Back-Channel Logout §2.5 to §2.8
    private func backChannelLogout(_ request: Request) async -> Response {
        var headers: HTTPFields = [.cacheControl: "no-store"]
        do {
            let body = try await request.body.collect(upTo: 32 * 1024)
            let notice = try await logout.notice(Array(body.readableBytesView), at: WebLogin.now())
            for person in await visitors.end(notice) { await forget(person) }
            return Response(status: .ok, headers: headers)
        } catch {
            headers[.contentType] = "application/json"
            return Response(
                status: .badRequest, headers: headers,
                body: .init(byteBuffer: ByteBuffer(string: #"{"error":"invalid_request"}"#)))
        }
    }

    /// The tokens are gone here at once, whether the provider can be told or not.
    private func forget(_ person: Person) async {
        guard let token = await person.session.forget() else { return }
        try? await person.session.revoke(token, at: WebLogin.now())
    }

    /// Who posted a form of ours; `nil` for nobody, an error for a forgery.
    private func poster(_ request: Request) async throws -> Person? {
        guard let person = await visitors.person(of: cookie(request), at: WebLogin.now()) else { return nil }
        let body = try await request.body.collect(upTo: 4096)
        let form = try FormParameters(Array(body.readableBytesView))
        guard form["form_token"].map({ Secret($0) }) == person.formToken else {
            throw OAuthError(.invalidRequest, "the form is not of this page")
        }
        return person
    }
}
