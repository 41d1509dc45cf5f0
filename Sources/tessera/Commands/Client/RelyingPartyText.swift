import JOSE

/// What a client that signs people in is registered with, for people.
enum RelyingPartyText {
    /// What is as it usually is, is left out.
    static func add(_ party: JSONObject, to facts: inout FactList) {
        let uris = party.strings("redirect_uris") ?? []
        for uri in uris { facts.add("redirect address", uri) }
        for uri in party.strings("post_logout_redirect_uris") ?? [] { facts.add("after sign-out", uri) }
        facts.add("application type", party.text("application_type"))
        facts.add("scope", party.text("scope"))
        let resources = party.object("resource_scopes") ?? JSONObject()
        for (resource, _) in resources.members { facts.add("scope at \(resource)", resources.text(resource)) }
        facts.add("default resource", party.text("default_resource"))
        facts.add("subject type", party.text("subject_type"))
        facts.add("sector", party.text("sector_identifier"))
        facts.add("ID token algorithm", party.text("id_token_signed_response_alg"))
        facts.add("UserInfo algorithm", party.text("userinfo_signed_response_alg"))
        facts.add("back-channel logout", party.text("backchannel_logout_uri"))
        facts.add("start of sign-in", party.text("initiate_login_uri"))
        facts.add("default max_age", party.text("default_max_age"))
        for (member, name) in flags where party.bool(member) == true { facts.add(name, "yes") }
        facts.add("home page", party.text("client_uri"))
        facts.add("logo", party.text("logo_uri"))
        facts.add("privacy", party.text("policy_uri"))
        facts.add("terms", party.text("tos_uri"))
        facts.add("contacts", party.text("contacts"))
    }

    private static let flags = [
        ("first_party", "first party"), ("require_pushed_authorization_requests", "pushed requests only"),
        ("may_omit_pkce", "may omit PKCE"),
        ("may_address_assertions_to_token_endpoint", "assertions to the token endpoint"),
        ("require_auth_time", "auth_time always"), ("backchannel_logout_session_required", "logout names the session"),
    ]
}
