package import OAuth

/// The first page of the account area: who is signed in, and what can be done here.
package struct AccountOverviewPage: AccountPage {
    package static let template = "account-overview"
    package let section = AccountSection.overview

    package let issuer: Issuer
    package let name: String?
    package let username: String
    package let email: String?
    package let isEmailVerified: Bool
    /// Where a link was sent that has not been used yet.
    package var pendingEmail: String?
    /// A mail with a link was just sent.
    package var hasSentMail: Bool
    /// A change of address was just called off.
    package var hasKeptAddress: Bool
    /// An address waits for its proof, and a link can be sent there.
    package var canSendLink: Bool
    /// Why no link was sent.
    package var problem: PasswordProblem?
    /// Parts of the account area that this issuer does not offer.
    package var hidden: Set<AccountSection> = []

    package init(
        issuer: Issuer, name: String?, username: String, email: String?, isEmailVerified: Bool,
        pendingEmail: String? = nil, hasSentMail: Bool = false, hasKeptAddress: Bool = false,
        canSendLink: Bool = false, problem: PasswordProblem? = nil
    ) {
        self.issuer = issuer
        self.name = name
        self.username = username
        self.email = email
        self.isEmailVerified = isEmailVerified
        self.pendingEmail = pendingEmail
        self.hasSentMail = hasSentMail
        self.hasKeptAddress = hasKeptAddress
        self.canSendLink = canSendLink
        self.problem = problem
    }

    package func content(_ texts: Texts) -> [String: PageValue] {
        var facts: [PageValue] = []
        func add(_ key: String, _ value: String?) {
            guard let value, !value.isEmpty else { return }
            facts.append(.group(["name": .text(texts[key]), "value": .text(value)]))
        }
        add("display_name", name)
        add("username", username)
        if let email {
            let state = isEmailVerified ? texts["email_verified"] : texts["email_unverified"]
            add("email", "\(email) (\(state))")
        }
        if let pendingEmail { add("email", "\(pendingEmail) (\(texts["email_unverified"]))") }
        return [
            "facts": .list(facts), "problem": .optional(problem?.text(texts)),
            "success": .optional(success(texts)), "waiting": .flag(canSendLink || pendingEmail != nil),
            "can_send": .flag(canSendLink), "pending": .flag(pendingEmail != nil),
            "tiles": .list(
                AccountSection.allCases.filter { $0 != .overview && !hidden.contains($0) }.map { section in
                    .group([
                        "url": .text(section.path.path(below: issuer)), "label": .text(texts[section.titleKey]),
                        "text": .text(texts[section.titleKey + "_text"]),
                    ])
                }),
        ]
    }

    private func success(_ texts: Texts) -> String? {
        if hasKeptAddress { return texts["address_kept"] }
        return hasSentMail ? texts["verification_sent"] : nil
    }
}
