import JOSE

/// Audit events for people.
enum AuditText {
    static func table(_ page: JSONObject) -> String {
        var table = TextTable("ID", "TIME", "ACTION", "OUTCOME", "ACTOR", "TARGET", "COUNT", "FROM", "DETAIL")
        for event in page.objects("events") {
            table.add(
                event.text("id"), event.time("at") ?? "", event.text("action"), event.text("outcome"),
                event.text("actor"), event.text("target"), event.text("count"), event.text("address"),
                event.text("detail"))
        }
        return table.text + PageText.more(page)
    }
}
