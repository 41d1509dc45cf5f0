/// Where a person changes what is known of them.
package struct AccountProfilePage: AccountPage {
    package struct Field: Hashable, Sendable {
        /// How it is filled in.
        package enum Control: Hashable, Sendable {
            case line
            /// One text on each line.
            case lines
            case yesOrNo
        }

        package let name: String
        package let value: String
        /// Of the label; `nil`: the label is the attribute's own name.
        package let labelKey: String?
        package let label: String
        package let type: String
        package let autocomplete: String
        /// Of what is typed; `nil`: the control says it.
        package let maximumLength: Int?
        package var control = Control.line

        package init(
            name: String, value: String, labelKey: String?, label: String = "", type: String = "text",
            autocomplete: String = "off", maximumLength: Int? = nil
        ) {
            self.name = name
            self.value = value
            self.labelKey = labelKey
            self.label = label
            self.type = type
            self.autocomplete = autocomplete
            self.maximumLength = maximumLength
        }
    }

    package static let template = "account-profile"
    package let section = AccountSection.profile
    package let fields: [Field]
    package let email: String
    package let canChangeAddress: Bool
    /// Of the account as the form shows it, so that two changes at once do not undo each other.
    package let version: Int64
    package var problem: PasswordProblem?
    package var isSaved: Bool

    package init(
        fields: [Field], email: String, canChangeAddress: Bool = true, version: Int64, problem: PasswordProblem? = nil,
        isSaved: Bool = false
    ) {
        self.fields = fields
        self.email = email
        self.canChangeAddress = canChangeAddress
        self.version = version
        self.problem = problem
        self.isSaved = isSaved
    }

    package func content(_ texts: Texts) -> [String: PageValue] {
        [
            "problem": .optional(problem?.text(texts)), "success": .optional(isSaved ? texts["saved"] : nil),
            "email": .text(email), "can_move": .flag(canChangeAddress), "version": .text(String(version)),
            "fields": .list(
                fields.map { field in
                    .group([
                        "name": .text(field.name), "value": .text(field.value), "type": .text(field.type),
                        "autocomplete": .text(field.autocomplete),
                        "maximum": .optional(field.maximumLength.map { String($0) }),
                        "label": .text(field.labelKey.map { texts[$0] } ?? field.label),
                        "line": .flag(field.control == .line), "lines": .flag(field.control == .lines),
                        "choices": .list(Self.choices(of: field, texts)),
                    ])
                }),
        ]
    }

    /// With neither, for who does not want to say.
    private static func choices(of field: Field, _ texts: Texts) -> [PageValue] {
        guard field.control == .yesOrNo else { return [] }
        return [("", texts["choice_unsaid"]), ("true", texts["choice_yes"]), ("false", texts["choice_no"])].map {
            .group(["value": .text($0.0), "words": .text($0.1), "chosen": .flag(field.value == $0.0)])
        }
    }
}
