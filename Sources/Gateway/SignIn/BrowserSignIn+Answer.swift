import OAuth
import ResourceServer
import ServerHTTP

/// What browsers are answered instead of JSON.
extension BrowserSignIn {
    /// `nil` if whoever asked is no person's browser, or somebody with a token in the header.
    func answer(_ refusal: GatewayRefusal, to question: GatewayQuestion) -> ServerResponse? {
        guard let headers = question.headers, question.authorization.isEmpty, let origin = site(question.host)?.origin
        else { return nil }
        let isNavigation = BrowserRequest.isNavigation(question.method, headers)
        let target = question.target
        switch refusal {
        // In full: some proxies take what is relative for an address of the gateway they ask.
        case .browser(.noSession), .browser(.sessionEnded), .browser(.stepUp):
            return isNavigation ? leading(to: origin.text + target.signInAddress, refusal.reason) : nil
        case .browser(.foreignPage):
            guard BrowserRequest.acceptsHTML(headers) else { return nil }
            return page(
                .foreignPage, on: ReturnTarget.start.text, status: 403, decision: refusal.reason, for: headers)
        case .access(.insufficientScope) where isNavigation && hasSession(headers, origin):
            return page(
                .notAllowed, on: OwnPath.signOut.path, status: 403, decision: refusal.reason, for: headers)
        case .access(.unavailable) where isNavigation && hasSession(headers, origin):
            return page(.unavailable, on: target.text, status: 503, decision: refusal.reason, for: headers)
        default: return nil
        }
    }

    private func hasSession(_ headers: HeaderFields, _ origin: SignInOrigin) -> Bool {
        sessionSecret(headers, at: origin) != nil
    }

    /// - Parameter cookies: values of `Set-Cookie`.
    func leading(
        to location: String, status: Int = 302, _ decision: String, cookies: [String] = []
    ) -> ServerResponse {
        var headers = HeaderFields()
        headers.append("location", location)
        headers.append("cache-control", "no-store")
        for cookie in cookies { headers.append("set-cookie", cookie) }
        return ServerResponse(status: status, headers: headers, facts: RequestFacts(decision: decision))
    }

    /// - Parameter address: where the one link of the page leads.
    func page(
        _ message: GatewayMessagePage.Message, on address: String, status: Int, decision: String,
        for request: HeaderFields
    ) -> ServerResponse {
        var response = page(
            GatewayMessagePage(message, address: address), status: status, decision: decision, for: request)
        if status == 503 { response.headers.append("retry-after", "1") }
        return response
    }

    func page(_ page: some Page, status: Int, decision: String, for request: HeaderFields) -> ServerResponse {
        let texts = pages.translations.choose(LanguageRange.accepted(request.first("accept-language")))
        var headers = PageSecurity.headers(formTarget: page.formTarget)
        headers.append("content-type", "text/html; charset=utf-8")
        return ServerResponse(
            status: status, headers: headers, body: pages.html(page, in: texts),
            facts: RequestFacts(decision: decision))
    }
}

extension GatewayJudge {
    /// The answer to the caller itself.
    func answer(
        _ refusal: GatewayRefusal, to question: GatewayQuestion, metadata: ProtectedResourceMetadata.Address?
    ) -> ServerResponse {
        signIn?.answer(refusal, to: question) ?? refusal.answer(metadata: metadata)
    }
}
