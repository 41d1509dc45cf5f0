import JOSE

/// Secrets of clients and resources for people: by id; the secret itself only when it is new.
enum ClientSecretText {
    static func add(_ owner: JSONObject, to facts: inout FactList) {
        for secret in owner.objects("secrets") {
            let end = secret.time("expires_at").map { ", until \($0)" } ?? ""
            facts.add("secret", "\(secret.text("id")), since \(secret.time("created_at") ?? "?")\(end)")
        }
        guard let secret = owner.string("client_secret") else { return }
        facts.add("client secret", secret)
        facts.add("", "It is shown this once. Store it now.")
    }

    static func created(_ answer: JSONObject) -> String {
        var facts = FactList()
        facts.add("id", answer.text("id"))
        facts.add("client secret", answer.text("client_secret"))
        facts.add("", "It is shown this once. Store it now.")
        facts.add("created", answer.time("created_at"))
        return facts.text
    }
}
