/// Where a person makes an API key.
package struct AccountNewKeyPage: AccountPage {
    package struct Choice: Hashable, Sendable {
        /// What the form sends back: the resource and the scope, with a space between them.
        package let value: String
        package let permission: AccountApplicationsPage.Item.Permission
        package let isChosen: Bool
        package init(value: String, permission: AccountApplicationsPage.Item.Permission, isChosen: Bool = false) {
            self.value = value
            self.permission = permission
            self.isChosen = isChosen
        }
    }

    package enum Failure: Hashable, Sendable {
        case password(PasswordProblem)
        case nameless
        case nothingChosen
        case full
        case unfit
    }

    package static let template = "account-key-new"
    package let section = AccountSection.keys
    package let name: String
    package let choices: [Choice]
    /// Days, of which one may be chosen.
    package let lifetimes: [Int64]
    package let lifetime: Int64
    package var failure: Failure?

    package init(name: String, choices: [Choice], lifetimes: [Int64], lifetime: Int64, failure: Failure? = nil) {
        self.name = name
        self.choices = choices
        self.lifetimes = lifetimes
        self.lifetime = lifetime
        self.failure = failure
    }

    package func title(_ texts: Texts) -> String { texts["key_new"] }

    package func content(_ texts: Texts) -> [String: PageValue] {
        [
            "problem": .optional(failure?.text(texts)), "success": false, "name": .text(name),
            "name_invalid": .flag(failure == .nameless), "scope_invalid": .flag(failure == .nothingChosen),
            "current_invalid": .flag(failure == .password(.currentWrong)), "has_choices": .flag(!choices.isEmpty),
            "choices": .list(
                choices.enumerated().map { number, choice in
                    let permission = choice.permission
                    return .group([
                        "id": .text("scope-\(number)"), "value": .text(choice.value), "chosen": .flag(choice.isChosen),
                        "words": .text(
                            ScopeWords.text(
                                permission.scope, at: permission.resource, describedAs: permission.description, texts)),
                    ])
                }),
            "lifetimes": .list(
                lifetimes.map { days in
                    .group([
                        "value": .text(String(days)), "chosen": .flag(days == lifetime),
                        "words": .text(texts.duration(days * 86_400)),
                    ])
                }),
        ]
    }
}

extension AccountNewKeyPage.Failure {
    func text(_ texts: Texts) -> String {
        switch self {
        case .password(let problem): problem.text(texts)
        case .nameless: texts["key_problem_name"]
        case .nothingChosen: texts["key_problem_scope"]
        case .full: texts["key_problem_full"]
        case .unfit: texts["key_problem_unfit"]
        }
    }
}

/// Shows a new API key, this once.
package struct AccountKeyMadePage: AccountPage {
    package static let template = "account-key-made"
    package let section = AccountSection.keys
    package let name: String
    package let key: String

    package init(name: String, key: String) {
        self.name = name
        self.key = key
    }

    package func title(_ texts: Texts) -> String { texts("key_made_title", ["name": name]) }
    package func content(_ texts: Texts) -> [String: PageValue] { ["key": .text(key)] }
}

/// Asks for the password before an API key gets a successor.
package struct AccountKeyRerollPage: AccountPage {
    package static let template = "account-key-reroll"
    package let section = AccountSection.keys
    package let id: String
    package let name: String
    /// Seconds that the old key goes on; 0 where it has ended.
    package let overlap: Int64
    package var problem: PasswordProblem?

    package init(id: String, name: String, overlap: Int64, problem: PasswordProblem? = nil) {
        self.id = id
        self.name = name
        self.overlap = overlap
        self.problem = problem
    }

    package func title(_ texts: Texts) -> String { texts("key_reroll_title", ["name": name]) }

    package func content(_ texts: Texts) -> [String: PageValue] {
        [
            "problem": .optional(problem?.text(texts)), "success": false, "id": .text(id),
            "current_invalid": .flag(problem?.isOfCurrent ?? false),
            "lead": .text(
                overlap > 0
                    ? texts("key_reroll_lead", ["duration": texts.duration(overlap)]) : texts["key_reroll_lead_at_once"]
            ),
        ]
    }
}
