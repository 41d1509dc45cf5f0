import JOSE

/// Clients for people.
enum ClientText {
    static func details(_ client: JSONObject) -> String {
        var facts = FactList()
        facts.add("id", client.text("id"))
        facts.add("name", client.text("name"))
        facts.add("enabled", client.text("enabled"))
        facts.add("authentication", client.text("authentication_method"))
        facts.add("grant types", client.text("grant_types"))
        facts.add("allowed origins", client.text("allowed_origins"))
        facts.add("key set", client["jwks"] == nil ? client.text("jwks_uri") : "\(keyCount(client)) inline")
        facts.add("assertion algorithm", client.text("assertion_algorithm"))
        if client.bool("self_registered") == true { facts.add("self-registered", "yes; nobody looked at what it says") }
        if let party = client.object("relying_party") { RelyingPartyText.add(party, to: &facts) }
        ClientSecretText.add(client, to: &facts)
        facts.add("created", client.time("created_at"))
        facts.add("changed", client.time("updated_at"))
        facts.add("version", client.text("version"))
        return facts.text
    }

    static func table(_ page: JSONObject) -> String {
        var table = TextTable("ID", "NAME", "AUTHENTICATION", "ENABLED", "CREATED")
        for client in page.objects("clients") {
            table.add(
                client.text("id"), client.text("name"), client.text("authentication_method"), client.text("enabled"),
                client.time("created_at") ?? "")
        }
        return table.text + PageText.more(page)
    }

    private static func keyCount(_ client: JSONObject) -> Int { client.object("jwks")?.objects("keys").count ?? 0 }
}
