/// A client's wish that the person be signed out (OpenID RP-Initiated Logout §2), read and not yet believed.
public struct LogoutRequest: Hashable, Sendable {
    /// Expired ones are fine; its signature must be this issuer's.
    public let idTokenHint: String?
    public let clientID: ClientID?
    /// As it was sent; it is used only if the client registered it.
    public let postLogoutRedirectURI: String?
    public let state: String?
    public let uiLocales: [String]
    public let logoutHint: String?

    public init(_ form: FormParameters) throws(OAuthError) {
        idTokenHint = try AuthorizationRequest.text(
            form, "id_token_hint", AuthorizationRequest.maximumIDTokenHintLength)
        postLogoutRedirectURI = try AuthorizationRequest.text(
            form, "post_logout_redirect_uri", RedirectURI.maximumLength)
        state = try AuthorizationRequest.text(form, "state", AuthorizationRequest.maximumStateLength)
        logoutHint = try AuthorizationRequest.text(form, "logout_hint", AuthorizationRequest.maximumHintLength)
        uiLocales = (try AuthorizationRequest.text(form, "ui_locales", 256) ?? "").utf8.split(separator: 0x20)
            .map { String(Substring($0)) }
        guard let id = form["client_id"] else {
            clientID = nil
            return
        }
        guard let id = ClientID(id) else { throw OAuthError(.invalidRequest, "client_id is malformed") }
        clientID = id
    }

    /// The parameters in one canonical form, for the hidden fields of the page that asks.
    public var formEncoded: [UInt8] {
        var form = FormWriter()
        form.append("id_token_hint", idTokenHint)
        form.append("client_id", clientID?.rawValue)
        form.append("post_logout_redirect_uri", postLogoutRedirectURI)
        form.append("state", state)
        if !uiLocales.isEmpty { form.append("ui_locales", uiLocales.joined(separator: " ")) }
        form.append("logout_hint", logoutHint)
        return form.bytes
    }

    /// Where the person goes afterwards, with the `state` that the client sent.
    public func location(_ address: RedirectURI) -> String {
        guard let state else { return address.rawValue }
        var form = FormWriter()
        form.append("state", state)
        return address.rawValue.appendingQuery(form.text)
    }
}
