import JOSE

/// Keys for people.
enum KeyText {
    static func table(_ answer: JSONObject) -> String {
        var table = TextTable("KID", "PURPOSE", "STATE", "ANNOUNCED", "ACTIVE FROM", "RETIRED")
        for key in answer.objects("keys") {
            table.add(
                key.text("kid"), key.text("purpose"), key.text("state"), key.time("announced_at") ?? "",
                key.time("active_from") ?? "", key.time("retired_at") ?? "-")
        }
        return table.text
    }
}
