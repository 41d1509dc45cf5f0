package import AuthorizationServer
import Crypto
import JOSE
package import OAuth

/// Proves that a form was sent by a page of this server in the same browser: no other site can read it, and a
/// browser's cookie alone is no proof (cross-site request forgery).
package enum FormToken {
    package static let fieldName = "form_token"

    /// Both secrets have a fixed length, so no two pairs make the same text.
    package static func text(browser: Secret, session: Secret?) -> String {
        let text = "tessera form" + browser.revealedValue + (session?.revealedValue ?? "")
        return Base64URL.encode(SHA256.hash(utf8: text).bytes)
    }

    /// Whether a posted form may do anything at all.
    package static func admits(
        _ request: ServerRequest, _ form: FormParameters, from browser: Browser, issuer: Issuer
    ) -> Bool {
        guard comesFromOwnPage(request.headers, issuer: issuer), let secret = browser.secret,
            let presented = form[fieldName]
        else { return false }
        return areEqual(presented, text(browser: secret, session: browser.session))
    }

    /// What browsers say about where a request came from, which no page can forge (Fetch standard, `Origin` and
    /// `Sec-Fetch-Site`).
    package static func comesFromOwnPage(_ headers: HeaderFields, issuer: Issuer) -> Bool {
        let site = headers.first("sec-fetch-site")
        if let site {
            guard headers.count("sec-fetch-site") == 1, site == "same-origin" || site == "none" else { return false }
        }
        guard let origin = headers.first("origin") else { return true }
        guard headers.count("origin") == 1 else { return false }
        // Our pages are sent with `Referrer-Policy: no-referrer`, under which a browser writes `null` for the origin of
        // its own forms too; then only its word on the site tells them from a stranger's.
        if origin == "null" { return site == "same-origin" }
        return origin == self.origin(of: issuer)
    }

    /// As browsers write it: without the port that the scheme has anyway.
    static func origin(of issuer: Issuer) -> String {
        let origin = String(issuer.rawValue.dropLast(issuer.path.count))
        for (scheme, port) in [("https://", ":443"), ("http://", ":80")]
        where origin.hasPrefix(scheme) && origin.hasSuffix(port) {
            return String(origin.dropLast(port.count))
        }
        return origin
    }

    /// Without telling by its time how much of a guess was right.
    private static func areEqual(_ left: String, _ right: String) -> Bool {
        guard left.utf8.count == right.utf8.count else { return false }
        var difference: UInt8 = 0
        for (a, b) in zip(left.utf8, right.utf8) { difference |= a ^ b }
        return difference == 0
    }
}
