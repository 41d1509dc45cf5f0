extension AuthorizationRequest {
    /// The parameters in one canonical form, to be kept and read again: the same request, whoever sent it how.
    public var formEncoded: [UInt8] {
        var form = FormWriter()
        form.append("client_id", clientID.rawValue)
        form.append("response_type", "code")
        form.append("redirect_uri", redirectURI)
        if !scope.isEmpty { form.append("scope", scope.description) }
        form.append("state", state)
        form.append("response_mode", responseMode.rawValue)
        form.append("nonce", nonce)
        if let codeChallenge {
            form.append("code_challenge", codeChallenge.rawValue)
            form.append("code_challenge_method", CodeChallenge.method)
        }
        for resource in resources { form.append("resource", resource.rawValue) }
        if !prompt.isEmpty { form.append("prompt", prompt.map(\.rawValue).sorted().joined(separator: " ")) }
        form.append("max_age", maxAge.map { String($0) })
        form.append("display", display.rawValue)
        if !uiLocales.isEmpty { form.append("ui_locales", uiLocales.joined(separator: " ")) }
        if !acrValues.isEmpty { form.append("acr_values", acrValues.joined(separator: " ")) }
        form.append("login_hint", loginHint)
        form.append("id_token_hint", idTokenHint)
        form.append("claims", claimsText)
        return form.bytes
    }

    /// What a `request_uri` of a pushed request starts with (RFC 9126 §2.2).
    public static let pushedPrefix = "urn:ietf:params:oauth:request_uri:"

    /// The handle of a pushed request that a form refers to; `nil` if it has no such reference (RFC 9126 §4).
    public static func pushedHandle(_ form: FormParameters) -> Secret? {
        guard let uri = form["request_uri"], uri.hasPrefix(pushedPrefix), uri.utf8.count <= 256 else { return nil }
        return Secret(String(uri.dropFirst(pushedPrefix.count)))
    }
}
