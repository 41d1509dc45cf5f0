/// Where a person takes their data with them, or leaves.
package struct AccountDataPage: AccountPage {
    package static let template = "account-data"
    package let section = AccountSection.data
    package var problem: PasswordProblem?

    package init(problem: PasswordProblem? = nil) { self.problem = problem }

    package func content(_ texts: Texts) -> [String: PageValue] {
        [
            "problem": .optional(problem?.text(texts)), "success": false,
            "current_invalid": .flag(problem?.isOfCurrent ?? false),
        ]
    }
}

/// Asks before every session of the person ends.
package struct LogOutEverywherePage: AccountPage {
    package static let template = "account-everywhere"
    package let section = AccountSection.sessions

    package init() {}

    package func title(_ texts: Texts) -> String { texts["log_out_everywhere"] }
    package func content(_ texts: Texts) -> [String: PageValue] { [:] }
}
