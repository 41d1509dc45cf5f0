/// Says in plain words what an event meant to the person whose account it was about.
package enum ActivityWords {
    static func text(_ action: String, client: String?, count: Int64, _ texts: Texts) -> String {
        let words = texts(key(action), ["client": client ?? texts["activity_some_application"]])
        return count > 1 ? texts("activity_times", ["words": words, "count": String(count)]) : words
    }

    package static func key(_ action: String) -> String { "activity_" + action.replacing(".", with: "_") }
}
