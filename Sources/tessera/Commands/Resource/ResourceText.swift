import JOSE

/// Protected resources for people.
enum ResourceText {
    static func details(_ resource: JSONObject) -> String {
        var facts = FactList()
        facts.add("id", resource.text("id"))
        facts.add("identifier", resource.text("identifier"))
        facts.add("name", resource.text("name"))
        facts.add("enabled", resource.text("enabled"))
        facts.add("scope", resource.text("scope"))
        for (scope, description) in resource.object("scope_descriptions")?.members ?? [] {
            facts.add("scope " + scope, description.object?.text("text") ?? "")
        }
        facts.add("token format", resource.text("token_format"))
        facts.add("token lifetime", "\(resource.text("access_token_lifetime")) s")
        facts.add("signing algorithm", resource.text("signing_algorithm"))
        facts.add("authentication", resource.text("authentication_method"))
        facts.add("key set", resource.text("jwks_uri"))
        ClientSecretText.add(resource, to: &facts)
        facts.add("created", resource.time("created_at"))
        facts.add("changed", resource.time("updated_at"))
        facts.add("version", resource.text("version"))
        return facts.text
    }

    static func table(_ page: JSONObject) -> String {
        var table = TextTable("ID", "IDENTIFIER", "TOKENS", "LIFETIME", "ENABLED", "SCOPE")
        for resource in page.objects("resources") {
            table.add(
                resource.text("id"), resource.text("identifier"), resource.text("token_format"),
                resource.text("access_token_lifetime") + " s", resource.text("enabled"), resource.text("scope"))
        }
        return table.text + PageText.more(page)
    }
}
