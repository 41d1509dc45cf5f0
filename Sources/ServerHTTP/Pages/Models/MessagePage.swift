/// A page that only says something, with at most one way on.
package struct MessagePage: Page {
    package enum Message: String, CaseIterable, Hashable, Sendable {
        /// An authorization request that cannot be answered to the application.
        case requestRefused = "request_refused"
        /// A handle or link that is spent, expired or another browser's.
        case requestGone = "request_gone"
        case linkGone = "link_gone"
        /// A form that does not come from a page of this server.
        case forbidden
        case malformed
        case notFound = "not_found"
        case unavailable
        case failed
        case tooMany = "too_many"
        case signedOut = "signed_out"
        case signedOutEverywhere = "signed_out_everywhere"
        case resetSent = "reset_sent"
        case passwordSet = "password_set"
        /// The first password: nothing has ended by it.
        case invitationAccepted = "invitation_accepted"
        case addressVerified = "address_verified"
        case registered
        case accountDeleted = "account_deleted"
    }

    package static let template = "message"

    package let message: Message
    /// What support can look up.
    package let reference: String?
    /// Where the way on leads.
    package let address: String?

    package init(_ message: Message, reference: String? = nil, address: String? = nil) {
        self.message = message
        self.reference = reference
        self.address = address
    }

    package func title(_ texts: Texts) -> String { texts("message_\(message.rawValue)_title", [:]) }

    package func content(_ texts: Texts) -> [String: PageValue] {
        var link: PageValue = false
        if let address {
            link = .group(["url": .text(address), "label": .text(texts[linkKey])])
        }
        return [
            "text": .text(texts("message_\(message.rawValue)_text", [:])), "link": link,
            "reference": .optional(reference.map { texts("reference", ["id": $0]) }),
        ]
    }

    private var linkKey: String {
        switch message {
        case .signedOut, .signedOutEverywhere, .passwordSet, .invitationAccepted, .resetSent, .registered: "sign_in"
        default: "to_account"
        }
    }
}
