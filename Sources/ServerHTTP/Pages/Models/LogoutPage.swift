/// Asks before a person is signed out because an application wants it (OpenID RP-Initiated Logout §2).
package struct LogoutPage: Page {
    package struct Field: Hashable, Sendable {
        package let name: String
        package let value: String
        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    package static let template = "logout"

    package let clientName: String?
    /// The request, to be sent again with the answer.
    package let fields: [Field]
    package var formTarget: String?

    package init(clientName: String? = nil, fields: [Field] = [], formTarget: String? = nil) {
        self.clientName = clientName
        self.fields = fields
        self.formTarget = formTarget
    }

    package func title(_ texts: Texts) -> String { texts["logout_title"] }

    package func content(_ texts: Texts) -> [String: PageValue] {
        [
            "text": .text(clientName.map { texts("logout_asked", ["client": $0]) } ?? texts["logout_text"]),
            "fields": .list(fields.map { .group(["name": .text($0.name), "value": .text($0.value)]) }),
        ]
    }
}
