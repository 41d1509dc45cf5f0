/// What the authorization endpoint sends back through the browser (RFC 6749 §4.1.2, RFC 9207).
public struct AuthorizationResponse: Hashable, Sendable {
    /// The one thing that it brings.
    public enum Outcome: Hashable, Sendable {
        case code(Secret)
        case error(OAuthError)
    }

    public let outcome: Outcome
    public let redirectURI: RedirectURI
    public let mode: ResponseMode
    public let state: String?
    public let issuer: Issuer

    public init(
        _ outcome: Outcome, to redirectURI: RedirectURI, mode: ResponseMode, state: String?, from issuer: Issuer
    ) {
        self.outcome = outcome
        self.redirectURI = redirectURI
        self.mode = mode
        self.state = state
        self.issuer = issuer
    }

    /// The parameters in their order: for the fields of a page that posts itself, or for the query.
    public var formFields: [(name: String, value: String)] {
        var fields: [(name: String, value: String)] = []
        switch outcome {
        case .code(let code):
            fields.append(("code", code.revealedValue))
        case .error(let error):
            fields.append(("error", error.code.rawValue))
            fields.append(("error_description", error.description))
        }
        if let state { fields.append(("state", state)) }
        // RFC 9207 §2: in errors, too.
        fields.append(("iss", issuer.rawValue))
        return fields
    }

    /// The address with the parameters behind the query that it may have already (RFC 6749 §3.1.2).
    public var location: String {
        var form = FormWriter()
        for field in formFields { form.append(field.name, field.value) }
        return redirectURI.rawValue.appendingQuery(form.text)
    }
}

extension String {
    /// An address with more parameters in its query; what it has stays as it is, byte for byte.
    func appendingQuery(_ parameters: String) -> String {
        guard let mark = utf8.firstIndex(of: 0x3F) else { return self + "?" + parameters }
        let query = utf8[utf8.index(after: mark)...]
        return self + (query.isEmpty || query.last == 0x26 ? "" : "&") + parameters
    }
}
