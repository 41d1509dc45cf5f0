/// Carries an answer to the application by a form (OAuth 2.0 Form Post Response Mode): a script sends it, or a person.
package struct FormPostPage: Page {
    package static let template = "form-post"

    package let action: String
    package let fields: [LogoutPage.Field]
    package let clientName: String?

    package init(action: String, fields: [LogoutPage.Field], clientName: String? = nil) {
        self.action = action
        self.fields = fields
        self.clientName = clientName
    }

    package var formTarget: String? { action }

    package func title(_ texts: Texts) -> String { texts["form_post_title"] }

    package func content(_ texts: Texts) -> [String: PageValue] {
        [
            "text": .text(
                clientName.map { texts("form_post_named", ["client": $0]) } ?? texts["form_post_text"]),
            "action": .text(action),
            "fields": .list(fields.map { .group(["name": .text($0.name), "value": .text($0.value)]) }),
        ]
    }
}
