import JOSE

/// API keys for people: the key itself only when it is new.
enum APIKeyLines {
    static func created(_ answer: JSONObject) -> String {
        var facts = FactList()
        facts.add("id", answer.text("id"))
        facts.add("API key", answer.text("api_key"))
        facts.add("", "It is shown this once. Store it now.")
        add(answer, to: &facts)
        return facts.text
    }

    static func details(_ key: JSONObject) -> String {
        var facts = FactList()
        facts.add("id", key.text("id"))
        add(key, to: &facts)
        return facts.text
    }

    static func table(_ page: JSONObject) -> String {
        var table = TextTable("ID", "NAME", "OWNER", "STATE", "LAST USED", "UNTIL")
        for key in page.objects("api_keys") {
            table.add(
                key.text("id"), key.text("name"), owner(key), key.text("state"), key.time("last_used_at") ?? "never",
                key.time("expires_at") ?? "")
        }
        return table.text + PageText.more(page)
    }

    static func reported(_ answer: JSONObject) -> String {
        answer["known"] == .bool(true)
            ? "The key is quarantined. What was had for it has ended."
            : "This is no key of this server."
    }

    private static func add(_ key: JSONObject, to facts: inout FactList) {
        facts.add("name", key.text("name"))
        facts.add("owner", owner(key))
        facts.add("state", key.text("state"))
        for (resource, scope) in key["permissions"]?.object?.members ?? [] {
            facts.add("may", "\(scope.string ?? "") at \(resource)")
        }
        for network in key["networks"]?.strings ?? [] { facts.add("only from", network) }
        if key["quota"] != nil { facts.add("quota", "\(key.text("quota")) uses in \(key.text("quota_period")) s") }
        if key["direct"] == .bool(false) { facts.add("use", "only in exchange for access tokens") }
        facts.add("created", key.time("created_at"))
        facts.add("last used", key.time("last_used_at") ?? "never")
        facts.add("until", key.time("ended_at") ?? key.time("expires_at") ?? "it is ended")
        if key["successor"] != nil { facts.add("successor", key.text("successor")) }
    }

    private static func owner(_ key: JSONObject) -> String {
        if let user = key.string("user") { return "user \(user)" }
        if let client = key.string("client") { return "client \(client)" }
        return "honey"
    }
}
