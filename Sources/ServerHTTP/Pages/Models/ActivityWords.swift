/// Says in plain words what an event of the audit log meant to the person whose account it was about.
enum ActivityWords {
    static func text(_ action: String, client: String?, _ texts: Texts) -> String {
        guard let key = keys[action] else { return texts("activity_other", ["action": action]) }
        return texts(key, ["client": client ?? texts["activity_some_application"]])
    }

    /// The events that concern a person; the account area asks for these only.
    static let keys: [String: String] = [
        "session.started": "activity_signed_in", "session.ended": "activity_signed_out",
        "sign_in.refused": "activity_sign_in_refused", "password.changed": "activity_password_changed",
        "password.reset": "activity_password_reset", "application.ended": "activity_application_ended",
    ]
}
