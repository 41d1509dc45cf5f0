import JOSE

/// People for people.
enum UserText {
    static func details(_ user: JSONObject) -> String {
        var facts = FactList()
        facts.add("id", user.text("id"))
        facts.add("user name", user.text("username"))
        facts.add("e-mail", user.text("email"))
        if user["email"] != nil { facts.add("e-mail verified", user.text("email_verified")) }
        if user["pending_email"] != nil { facts.add("wants e-mail, not proven", user.text("pending_email")) }
        facts.add("enabled", user.text("enabled"))
        facts.add("locked down", user.time("locked_down_at"))
        facts.add("groups", user.text("groups"))
        facts.add("roles", user.text("roles"))
        for (name, _) in user.object("attributes")?.members ?? [] {
            facts.add(name, user.object("attributes")?.text(name))
        }
        facts.add("created", user.time("created_at"))
        facts.add("changed", user.time("updated_at"))
        facts.add("version", user.text("version"))
        return facts.text
    }

    static func table(_ page: JSONObject) -> String {
        var table = TextTable("ID", "USER NAME", "E-MAIL", "STATE", "CREATED")
        for user in page.objects("users") {
            table.add(
                user.text("id"), user.text("username"), user.text("email"), state(user), user.time("created_at") ?? "")
        }
        return table.text + PageText.more(page)
    }

    private static func state(_ user: JSONObject) -> String {
        if user["locked_down_at"] != nil { return "locked down" }
        return user.bool("enabled") == true ? "enabled" : "disabled"
    }

    static func link(_ link: JSONObject) -> String {
        let end = link.time("expires_at").map { " It works once, until \($0)." } ?? ""
        if link.bool("mailed") == true { return "The link is on its way by mail." + end }
        return "No mail is configured; hand this link over yourself." + end + "\n" + Console.harmless(link.text("link"))
    }

    static func sessions(_ answer: JSONObject) -> String {
        var table = TextTable("ID", "SIGNED IN", "LAST SEEN", "UNTIL", "ADDRESS", "BROWSER")
        for session in answer.objects("sessions") {
            table.add(
                session.text("id"), session.time("authenticated_at") ?? "", session.time("last_seen_at") ?? "",
                session.time("expires_at") ?? "", session.text("address"), session.text("user_agent"))
        }
        return table.text
    }

    static func invitations(_ page: JSONObject) -> String {
        var table = TextTable("USER", "E-MAIL", "SENT", "UNTIL")
        for invitation in page.objects("invitations") {
            table.add(
                invitation.text("user"), invitation.text("email"), invitation.time("created_at") ?? "",
                invitation.time("expires_at") ?? "")
        }
        return table.text + PageText.more(page)
    }

    static func applications(_ answer: JSONObject) -> String {
        var table = TextTable("CLIENT", "WHAT", "SCOPE", "SINCE", "UNTIL", "ID")
        for authorization in answer.objects("authorizations") {
            table.add(
                authorization.text("client"), authorization.bool("offline") == true ? "access, offline" : "access",
                scopes(authorization), authorization.time("created_at") ?? "", authorization.time("expires_at") ?? "",
                authorization.text("id"))
        }
        for consent in answer.objects("consents") {
            table.add(consent.text("client"), "consent", scopes(consent), consent.time("given_at") ?? "", "", "")
        }
        return table.text
    }

    private static func scopes(_ holder: JSONObject) -> String {
        let resources = holder.object("resource_scopes") ?? JSONObject()
        let atResources = resources.members.map { "\($0.name): \(resources.text($0.name))" }
        return ([holder.text("scope")] + atResources).filter { !$0.isEmpty }.joined(separator: "; ")
    }
}
