import JOSE

/// Refusals for people.
enum DecisionText {
    static func of(_ decision: JSONObject) -> String {
        let expected = decision.text("expected")
        let passes = decision.text("would_pass")
        let found = decision.text("found")
        var facts = FactList()
        facts.add("Refused", decision.text("refused"))
        facts.add("Checked", decision.text("checked"))
        facts.add("Found", found.isEmpty ? "nothing to show" : found)
        facts.add("Would have passed", expected.isEmpty ? passes : "\(expected) (\(passes))")
        facts.add("To change it", decision.text("change"))
        facts.add("Check", decision.text("check"))
        facts.add("Decision", decision.text("id"))
        facts.add("Request", decision.text("request_id"))
        facts.add("When", decision.time("at"))
        facts.add("Endpoint", decision.text("endpoint"))
        facts.add("Request for", decision.text("about"))
        facts.add("Client", decision.text("client"))
        facts.add("From", decision.text("address"))
        return facts.text
    }

    static func table(_ page: JSONObject) -> String {
        var table = TextTable("DECISION", "TIME", "ENDPOINT", "CHECK", "CLIENT", "FROM", "FOUND")
        for decision in page.objects("decisions") {
            table.add(
                decision.text("id"), decision.time("at") ?? "", decision.text("endpoint"), decision.text("check"),
                decision.text("client"), decision.text("address"), decision.text("found"))
        }
        guard let next = page.integer("next") else { return table.text }
        return table.text + "\nMore: --before \(next)"
    }
}
