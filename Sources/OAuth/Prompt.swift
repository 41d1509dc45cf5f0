/// What the client wants the person to be asked, whatever was asked before (OpenID Core §3.1.2.1).
public enum Prompt: String, CaseIterable, Hashable, Sendable {
    /// Ask nothing: answer at once, if need be with an error.
    case none
    case login
    case consent
    case selectAccount = "select_account"

    /// Reads the space-separated parameter. Values that nobody knows are ignored; `none` stands alone.
    public static func set(_ text: String) throws(OAuthError) -> Set<Prompt> {
        guard text.utf8.count <= 256 else { throw OAuthError(.invalidRequest, "prompt is too long") }
        let names = text.utf8.split(separator: 0x20).map { String(Substring($0)) }
        guard !names.contains(Prompt.none.rawValue) || Set(names).count == 1 else {
            throw OAuthError(.invalidRequest, "prompt=none cannot be combined with another value")
        }
        return Set(names.compactMap { Prompt(rawValue: $0) })
    }
}

/// What kind of page the client has room for (OpenID Core §3.1.2.1).
public enum Display: String, CaseIterable, Hashable, Sendable {
    case page, popup, touch, wap
}
