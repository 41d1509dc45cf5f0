/// Where a person says who they are.
package struct SignInPage: Page {
    package enum Notice: Hashable, Sendable {
        case none
        /// Unknown, wrong, locked or disabled: the page does not say which.
        case refused
        case throttled(seconds: Int64)
        case busy
    }

    package static let template = "sign-in"

    /// The handle of the authorization request that waits, if there is one.
    package var resume: String?
    package var clientName: String?
    /// Whoever is signed in and is asked for the password once more.
    package var again: String?
    package var login: String
    package var notice: Notice
    package var allowsRegistration: Bool
    /// Whether a link can be mailed to who forgot the password.
    package var canReset: Bool
    /// Where the answer may go at once after signing in, for the browser's own check.
    package var formTarget: String?

    package init(
        resume: String? = nil, clientName: String? = nil, again: String? = nil, login: String = "",
        notice: Notice = .none, allowsRegistration: Bool = false, canReset: Bool = true, formTarget: String? = nil
    ) {
        self.resume = resume
        self.clientName = clientName
        self.again = again
        self.login = login
        self.notice = notice
        self.allowsRegistration = allowsRegistration
        self.canReset = canReset
        self.formTarget = formTarget
    }

    package func title(_ texts: Texts) -> String { again == nil ? texts["sign_in"] : texts["sign_in_again"] }

    package func content(_ texts: Texts) -> [String: PageValue] {
        [
            "lead": .optional(lead(texts)), "problem": .optional(problem(texts)), "resume": .optional(resume),
            "login": .text(login), "focus_login": .flag(login.isEmpty), "can_register": .flag(allowsRegistration),
            "can_reset": .flag(canReset), "has_links": .flag(canReset || allowsRegistration), "success": false,
        ]
    }

    private func lead(_ texts: Texts) -> String? {
        if let again { return texts("sign_in_again_lead", ["person": again]) }
        return clientName.map { texts("sign_in_lead", ["client": $0]) }
    }

    private func problem(_ texts: Texts) -> String? {
        switch notice {
        case .none: nil
        case .refused: texts["sign_in_refused"]
        case .throttled(let seconds): texts("sign_in_throttled", ["duration": texts.duration(seconds)])
        case .busy: texts["sign_in_busy"]
        }
    }
}
