import JOSE
package import OAuth

/// Puts mails into words. Every address in them begins with the issuer, which comes from configuration only.
package struct MailComposer: Sendable {
    let issuer: Issuer
    /// What the operator calls this place.
    let place: String
    let defaultLanguage: String

    package init(issuer: Issuer, place: String, defaultLanguage: String) {
        self.issuer = issuer
        self.place = place
        self.defaultLanguage = defaultLanguage
    }

    /// The address of a page that takes a link's secret.
    func link(_ page: LinkPage, _ secret: Secret) -> String {
        issuer.rawValue + page.rawValue + "?link=" + secret.revealedValue
    }

    /// The pages that links in mails open.
    enum LinkPage: String { case reset = "/reset/set", verifyAddress = "/verify-email", invitation = "/invitation" }

    /// `languages`: what the person reads, best first.
    package func subjectAndText(
        of message: MailMessage, in languages: [String]
    ) -> (subject: String, text: String, language: String) {
        let language = MailLanguage.best(for: languages + [defaultLanguage])
        let text = language?.texts[message.kind] ?? MailLanguage.Text(subject: "", body: "")
        let values = message.values(in: language).merging(["place": place, "issuer": issuer.rawValue]) { $1 }
        return (
            Self.filled(text.subject, with: values), Self.filled(text.body, with: values) + "\n",
            language?.code ?? "en"
        )
    }

    /// One pass, so that what a value holds is never taken for a name in braces. Nothing that a person or client chose can
    /// begin a line of its own, or a header.
    private static func filled(_ template: String, with values: [String: String]) -> String {
        var result = ""
        var rest = template[...]
        while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
            result += rest[..<open]
            let name = String(rest[rest.index(after: open)..<close])
            result += oneLine(values[name] ?? "")
            rest = rest[rest.index(after: close)...]
        }
        return result + rest
    }

    private static func oneLine(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.filter { !DraftCheck.isUnprintable($0) }))
    }
}
