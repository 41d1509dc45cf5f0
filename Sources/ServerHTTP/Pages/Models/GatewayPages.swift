/// A page of the gateway that only says something, with one way on.
package struct GatewayMessagePage: Page {
    package enum Message: String, CaseIterable, Hashable, Sendable {
        case signedOut = "signed-out"
        /// An answer of the issuer to nothing that was asked in this browser.
        case signInUnknown = "unknown"
        /// The issuer, or the person there, said no.
        case signInRefused = "refused"
        /// The issuer's answer does not prove what it should.
        case answerInvalid = "invalid"
        /// The person came back without what the page needs.
        case strongerNeeded = "stronger"
        case notAllowed = "not-allowed"
        /// A form or a script of another site.
        case foreignPage = "foreign"
        case malformed
        case notFound = "not-found"
        case unavailable
    }

    package static let template = "message"

    package let message: Message
    /// Where the way on leads.
    package let address: String

    package init(_ message: Message, address: String) {
        self.message = message
        self.address = address
    }

    package func title(_ texts: Texts) -> String { texts[keys.title] }

    package func content(_ texts: Texts) -> [String: PageValue] {
        ["text": .text(texts[keys.text]), "link": .group(["url": .text(address), "label": .text(texts[keys.link])])]
    }

    private var keys: (title: String, text: String, link: String) {
        switch message {
        case .signedOut: ("message_signed_out_title", "message_signed_out_text", "gateway_to_site")
        case .signInUnknown: ("gateway_unknown_title", "gateway_unknown_text", "gateway_sign_in_again")
        case .signInRefused: ("gateway_refused_title", "gateway_refused_text", "gateway_sign_in_again")
        case .answerInvalid: ("gateway_invalid_title", "gateway_invalid_text", "gateway_sign_in_again")
        case .strongerNeeded: ("gateway_stronger_title", "gateway_stronger_text", "gateway_sign_in_again")
        case .notAllowed: ("gateway_not_allowed_title", "gateway_not_allowed_text", "sign_out")
        case .foreignPage: ("gateway_foreign_title", "gateway_foreign_text", "gateway_to_site")
        case .malformed: ("message_malformed_title", "message_malformed_text", "gateway_to_site")
        case .notFound: ("message_not_found_title", "message_not_found_text", "gateway_to_site")
        case .unavailable: ("message_unavailable_title", "message_unavailable_text", "gateway_try_again")
        }
    }
}

/// Asks whether the person wants to be signed out of what lies behind the gateway.
package struct GatewaySignOutPage: Page {
    package static let template = "gateway-sign-out"

    /// Where the form goes.
    package let action: String
    /// Where somebody goes who stays signed in.
    package let back: String
    /// The issuer, where signing out ends.
    package let formTarget: String?

    package init(action: String, back: String, formTarget: String?) {
        self.action = action
        self.back = back
        self.formTarget = formTarget
    }

    package func title(_ texts: Texts) -> String { texts["logout_title"] }

    package func content(_ texts: Texts) -> [String: PageValue] {
        ["text": .text(texts["gateway_sign_out_text"]), "action": .text(action), "back": .text(back)]
    }
}
