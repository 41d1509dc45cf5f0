/// Asks whose password shall be reset.
package struct ResetAskPage: Page {
    package static let template = "reset-ask"
    package let login: String
    package var problem: PasswordProblem?

    package init(login: String = "", problem: PasswordProblem? = nil) {
        self.login = login
        self.problem = problem
    }

    package func title(_ texts: Texts) -> String { texts["reset_title"] }

    package func content(_ texts: Texts) -> [String: PageValue] {
        [
            "login": .text(login), "can_send": .flag(problem != .noMail), "problem": .optional(problem?.text(texts)),
            "success": false,
        ]
    }
}

/// Sets a new password by the link in a mail.
package struct ResetSetPage: Page {
    package static let template = "reset-set"
    package let link: String
    /// For the browser's memory of passwords.
    package let username: String
    package let minimum: Int
    package var problem: PasswordProblem?

    package init(link: String, username: String, minimum: Int, problem: PasswordProblem? = nil) {
        self.username = username
        self.link = link
        self.minimum = minimum
        self.problem = problem
    }

    package func title(_ texts: Texts) -> String { texts["reset_set_title"] }

    package func content(_ texts: Texts) -> [String: PageValue] {
        PasswordRules(minimum: minimum).content(texts, problem: problem).merging([
            "link": .text(link), "username": .text(username),
        ]) { rule, _ in rule }
    }
}

/// Confirms an address by a button, so that a mail scanner that opens every link confirms nothing.
package struct VerifyAddressPage: Page {
    package static let template = "verify-address"
    package let link: String
    package let email: String

    package init(link: String, email: String) {
        self.link = link
        self.email = email
    }

    package func title(_ texts: Texts) -> String { texts["verify_title"] }
    package func content(_ texts: Texts) -> [String: PageValue] {
        ["link": .text(link), "lead": .text(texts("verify_lead", ["email": email]))]
    }
}

/// Takes up an invitation: the account is there, its password is chosen here.
package struct InvitationPage: Page {
    package static let template = "invitation"
    package let link: String
    package let minimum: Int
    /// What the operator calls this place.
    package let place: String
    /// What the person will sign in with.
    package let username: String
    package var problem: PasswordProblem?

    package init(link: String, minimum: Int, place: String, username: String, problem: PasswordProblem? = nil) {
        self.username = username
        self.link = link
        self.minimum = minimum
        self.place = place
        self.problem = problem
    }

    package func title(_ texts: Texts) -> String { texts["invitation_title"] }

    package func content(_ texts: Texts) -> [String: PageValue] {
        PasswordRules(minimum: minimum).content(texts, problem: problem).merging([
            "link": .text(link), "lead": .text(texts("invitation_lead", ["place": place])), "username": .text(username),
        ]) { rule, _ in rule }
    }
}

/// Makes an account, where the operator lets strangers do so.
package struct RegisterPage: Page {
    package static let template = "register"
    package var email: String
    package var problem: PasswordProblem?

    package init(email: String = "", problem: PasswordProblem? = nil) {
        self.email = email
        self.problem = problem
    }

    package func title(_ texts: Texts) -> String { texts["register_title"] }

    package func content(_ texts: Texts) -> [String: PageValue] {
        ["email": .text(email), "problem": .optional(problem?.text(texts)), "success": false]
    }
}
