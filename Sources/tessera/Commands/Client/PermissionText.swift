import JOSE

/// Permissions for people.
enum PermissionText {
    static func details(_ grant: JSONObject) -> String {
        var facts = FactList()
        facts.add("client", grant.text("client"))
        facts.add("resource", grant.text("resource"))
        facts.add("scope", grant.text("scope"))
        facts.add("grant", grant.text("id"))
        facts.add("changed", grant.time("updated_at"))
        return facts.text
    }

    static func table(_ list: JSONObject) -> String {
        var table = TextTable("RESOURCE", "SCOPE", "GRANT", "CHANGED")
        for grant in list.objects("permissions") {
            table.add(grant.text("resource"), grant.text("scope"), grant.text("id"), grant.time("updated_at") ?? "")
        }
        return table.text
    }
}
