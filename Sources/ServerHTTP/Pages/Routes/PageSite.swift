import AuthorizationServer
import JOSE
import Logging
import OAuth
import Storage

/// What all pages of an issuer share, and the one way from a request to a page, errors included.
struct PageSite: Sendable {
    let provider: OpenIDProvider
    let renderer: PageRenderer
    let cookies: BrowserCookies
    let logger: Logger

    init(provider: OpenIDProvider, renderer: PageRenderer, logger: Logger) {
        self.provider = provider
        self.renderer = renderer
        self.logger = logger
        cookies = BrowserCookies(issuer: provider.issuer)
    }

    typealias Handler = @Sendable (PageVisit) async throws -> ServerResponse
    typealias FormHandler = @Sendable (PageVisit, FormParameters) async throws -> ServerResponse

    /// A page that is looked at.
    func shows(_ handler: @escaping Handler) -> Route.Action {
        .waiting { request, now in
            let visit = visit(request, at: now)
            do { return try await handler(visit) } catch { return failure(error, visit) }
        }
    }

    /// A form that does something. It is read, and proven to come from a page of ours, before the handler sees it.
    func takes(repeating: Set<String> = [], _ handler: @escaping FormHandler) -> Route.Action {
        .waiting { request, now in
            let visit = visit(request, at: now)
            do {
                let form = try visit.form(repeating: repeating)
                guard FormToken.admits(request, form, from: visit.browser, issuer: provider.issuer) else {
                    return refusal(visit)
                }
                return try await handler(visit, form)
            } catch { return failure(error, visit) }
        }
    }

    /// RFC 9110 §9.3.2: what `GET` would do is more than looking, so `HEAD` does nothing.
    static let head = Route.Action.immediate { _, _ in
        var headers = PageSecurity.headers()
        headers.append("content-type", PageVisit.mediaType)
        return ServerResponse(status: 200, headers: headers, facts: RequestFacts(decision: "head"))
    }

    func visit(_ request: ServerRequest, at now: NumericDate) -> PageVisit {
        let languages = LanguageRange.accepted(request.headers.first("accept-language"))
        let known = cookies.browser(of: request, languages: languages)
        guard known.secret == nil else {
            return PageVisit(site: self, request: request, now: now, browser: known, isNew: false)
        }
        // Pages and requests are tied to a browser, so one without a name gets one.
        let named = Browser(
            secret: provider.secrets.secret(.browser), session: known.session, caller: known.caller,
            userAgent: known.userAgent, languages: languages)
        return PageVisit(site: self, request: request, now: now, browser: named, isNew: true)
    }

    /// A form that no page of ours sent from this browser: it does nothing.
    func refusal(_ visit: PageVisit) -> ServerResponse {
        provider.recordRefusal(
            of: "form", reason: "form_token", client: nil, caller: visit.browser.caller, at: visit.now)
        return visit.message(.forbidden, status: 403, decision: "form_token")
    }

    /// What went wrong, as a page; details stay in the log.
    func failure(_ error: any Error, _ visit: PageVisit) -> ServerResponse {
        switch error {
        case let error as OAuthError:
            provider.recordRefusal(
                of: "page", reason: error.code.rawValue, client: nil, caller: visit.browser.caller, at: visit.now,
                evidence: Evidence(error.description))
            return visit.message(.malformed, status: 400, decision: error.code.rawValue)
        case let rejection as Rejection:
            let response = visit.message(.tooMany, status: 429, decision: rejection.reason)
            return response.retrying(after: rejection.retryAfter ?? 1)
        case let error as StoreError:
            logger.error("store failed", metadata: ["error": "\(error)", "request_id": "\(visit.request.requestID)"])
            return visit.message(.unavailable, status: 503, decision: "store_unavailable").retrying(after: 1)
        case is CancellationError:
            return visit.message(.unavailable, status: 503, decision: "cancelled").retrying(after: 1)
        default:
            logger.error("page failed", metadata: ["error": "\(error)", "request_id": "\(visit.request.requestID)"])
            return visit.message(.failed, status: 500, decision: "server_error")
        }
    }
}

extension ServerResponse {
    /// The same, with the time after which trying again makes sense (RFC 9110 §10.2.3).
    func retrying(after seconds: Int64) -> ServerResponse {
        var response = self
        response.headers.replace("retry-after", String(max(1, seconds)))
        return response
    }
}
