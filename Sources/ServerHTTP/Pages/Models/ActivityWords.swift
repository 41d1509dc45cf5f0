/// Says in plain words what an event meant to the person whose account it was about.
package enum ActivityWords {
    static func text(
        _ action: String, client: String?, count: Int64, isByOperator: Bool, _ texts: Texts
    ) -> String {
        let key = key(action, isByOperator: isByOperator)
        let words = texts(key, ["client": client ?? texts["activity_some_application"]])
        return count > 1 ? texts("activity_times", ["words": words, "count": String(count)]) : words
    }

    package static func key(_ action: String, isByOperator: Bool) -> String {
        let key = "activity_" + action.replacing(".", with: "_")
        return isByOperator && ofBoth.contains(action) ? key + "_by_operator" : key
    }

    /// What people do themselves, and operators too: nobody is told that they did what others did.
    private static let ofBoth: Set<String> = ["session.ended", "application.ended", "api_key.ended"]
}
