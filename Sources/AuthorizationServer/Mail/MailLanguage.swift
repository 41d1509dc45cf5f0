/// The texts of all mails in one language. A further language is one more file like `MailLanguage+German.swift`, and its
/// name in ``all``.
package struct MailLanguage: Sendable {
    package struct Text: Sendable {
        let subject: String
        let body: String
    }

    /// BCP 47, in lower case.
    package let code: String
    /// `{place}`, `{issuer}` and the values of ``MailMessage`` stand in braces.
    package let texts: [MailMessage.Kind: Text]

    package static let all = [english, german]

    /// The first of `wishes` that there is, by its primary language.
    package static func best(for wishes: [String]) -> MailLanguage {
        for wish in wishes {
            let primary = wish.lowercased().prefix { $0 != "-" && $0 != "_" }
            if let language = all.first(where: { $0.code == primary }) { return language }
        }
        return english
    }
}
