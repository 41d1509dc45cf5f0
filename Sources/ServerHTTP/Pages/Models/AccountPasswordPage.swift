/// Where a person changes their password.
package struct AccountPasswordPage: AccountPage {
    package static let template = "account-password"
    package let section = AccountSection.password
    package let username: String
    package let minimum: Int
    package var problem: PasswordProblem?
    package var isChanged: Bool

    package init(username: String, minimum: Int, problem: PasswordProblem? = nil, isChanged: Bool = false) {
        self.username = username
        self.minimum = minimum
        self.problem = problem
        self.isChanged = isChanged
    }

    package func content(_ texts: Texts) -> [String: PageValue] {
        var content = PasswordRules(minimum: minimum).content(texts, problem: problem)
        content["username"] = .text(username)
        content["success"] = .optional(isChanged ? texts["password_changed"] : nil)
        return content
    }
}
