import AuthorizationServer
import JOSE
import OAuth

/// One request for a page: who asks, in which language, and the ways to answer.
struct PageVisit: Sendable {
    let site: PageSite
    let request: ServerRequest
    let now: NumericDate
    /// Its secret is only missing of an ``unnamed`` one.
    private(set) var browser: Browser
    /// The browser gets its cookie with this answer.
    private(set) var isNew: Bool
    private(set) var texts: Texts

    init(
        site: PageSite, request: ServerRequest, now: NumericDate, browser: Browser, isNew: Bool
    ) {
        self.site = site
        self.request = request
        self.now = now
        self.browser = browser
        self.isNew = isNew
        texts = site.renderer.translations.choose(browser.languages)
    }

    static let mediaType = "text/html; charset=utf-8"

    var provider: OpenIDProvider { site.provider }

    /// The same visit in the languages that a client asked for, and then in those of the browser.
    func reading(_ languages: [String]) -> PageVisit {
        guard !languages.isEmpty else { return self }
        var visit = self
        visit.texts = site.renderer.translations.choose(Array(languages.prefix(8)) + browser.languages)
        return visit
    }

    /// The same visit of a browser whose cookies did not come along, and must not be replaced.
    var unnamed: PageVisit {
        var visit = self
        visit.browser = Browser(
            secret: nil, session: nil, caller: browser.caller, userAgent: browser.userAgent,
            languages: browser.languages)
        visit.isNew = false
        return visit
    }

    func path(_ page: PagePath, query: String? = nil) -> String {
        page.path(below: provider.issuer) + (query.map { "?" + $0 } ?? "")
    }

    // MARK: Reading

    /// What stands behind the question mark.
    func query() throws(OAuthError) -> FormParameters { try FormParameters(Array((request.query ?? "").utf8)) }

    /// Whether the body says that it is a form.
    var isForm: Bool { request.mediaType == "application/x-www-form-urlencoded" }

    func form(repeating: Set<String> = []) throws(OAuthError) -> FormParameters {
        guard isForm else {
            throw OAuthError(.invalidRequest, "send application/x-www-form-urlencoded")
        }
        return try FormParameters(request.body, repeatable: repeating)
    }

    // MARK: Answering

    func page(_ page: some Page, status: Int = 200, decision: String) -> ServerResponse {
        var headers = PageSecurity.headers(formTarget: page.formTarget)
        headers.append("content-type", Self.mediaType)
        headers.append("content-language", texts.language)
        let token = browser.secret.map { FormToken.text(browser: $0, session: browser.session) } ?? ""
        return named(
            ServerResponse(
                status: status, headers: headers, body: site.renderer.html(page, in: texts, formToken: token),
                facts: RequestFacts(decision: decision)))
    }

    func message(
        _ message: MessagePage.Message, status: Int = 200, leadingTo page: PagePath? = nil, decision: String
    ) -> ServerResponse {
        self.page(
            MessagePage(
                message, reference: status < 400 ? nil : request.requestID, address: page.map { path($0) }),
            status: status, decision: decision)
    }

    /// RFC 9110 §15.4.4: whatever the request was, the next one is a `GET`; a password is never sent on (RFC 9700 §4.12).
    func redirect(to location: String, decision: String) -> ServerResponse {
        var headers = PageSecurity.headers()
        headers.append("location", location)
        return named(ServerResponse(status: 303, headers: headers, facts: RequestFacts(decision: decision)))
    }

    private func named(_ response: ServerResponse) -> ServerResponse {
        guard isNew, let secret = browser.secret else { return response }
        var response = response
        response.headers.append("set-cookie", site.cookies.setting(browser: secret))
        return response
    }

    /// The browser's cookies after signing in.
    func setting(_ secrets: BrowserSecrets, in response: ServerResponse) -> ServerResponse {
        var response = response
        response.headers.replace("set-cookie", site.cookies.setting(session: secrets.session))
        response.headers.append("set-cookie", site.cookies.setting(browser: secrets.browser))
        return response
    }

    func forgettingSession(in response: ServerResponse) -> ServerResponse {
        var response = response
        response.headers.append("set-cookie", site.cookies.forgettingSession)
        return response
    }
}
