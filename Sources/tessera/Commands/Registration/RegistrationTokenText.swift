import JOSE

/// Tokens with which clients register themselves, for people: the token itself only when it is new.
enum RegistrationTokenText {
    static func created(_ answer: JSONObject) -> String {
        var facts = FactList()
        facts.add("id", answer.text("id"))
        facts.add("registration token", answer.text("registration_token"))
        facts.add("", "It is shown this once. Store it now.")
        facts.add("uses", answer.text("uses"))
        facts.add("until", answer.time("expires_at"))
        return facts.text
    }

    static func table(_ page: JSONObject) -> String {
        var table = TextTable("ID", "USES LEFT", "CREATED", "UNTIL")
        for token in page.objects("registration_tokens") {
            table.add(
                token.text("id"), token.text("uses"), token.time("created_at") ?? "", token.time("expires_at") ?? "")
        }
        return table.text + PageText.more(page)
    }
}
