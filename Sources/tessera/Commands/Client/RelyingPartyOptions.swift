import ArgumentParser
import JOSE

/// What a client that signs people in is registered with, as options. Any of them makes it a client of the code flow.
struct RelyingPartyOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Where people come back to after sign-in, exactly; may be repeated.", valueName: "url"))
    var redirectURI: [String] = []

    @Option(help: ArgumentHelp("Where people may go after sign-out, exactly; may be repeated.", valueName: "url"))
    var postLogoutRedirectURI: [String] = []

    @Flag(inversion: .prefixedNo, help: "An application on the person's own device (RFC 8252), not on a web server.")
    var native: Bool?

    @Option(
        help: ArgumentHelp(
            "What it may ask about people: openid, profile, email, address, phone, offline_access, groups, roles.",
            valueName: "tokens"))
    var scope: String?

    @Option(
        help: ArgumentHelp(
            "What it may ask people for at a resource; may be repeated, and replaces all.", valueName: "url=tokens"))
    var resourceScope: [String] = []

    @Option(help: ArgumentHelp("The resource of tokens for which it names none; empty: none.", valueName: "url"))
    var defaultResource: String?

    @Flag(inversion: .prefixedNo, help: "Whether it knows each person by a subject that no other client gets.")
    var pairwise: Bool?

    @Option(help: ArgumentHelp("The host that pairwise subjects are made for.", valueName: "host"))
    var sectorIdentifier: String?

    @Option(help: ArgumentHelp("ES256, ES384, EdDSA, RS256 or PS256.", valueName: "algorithm"))
    var idTokenAlg: String?

    @Option(help: ArgumentHelp("Sign UserInfo answers so; empty: plain JSON.", valueName: "algorithm"))
    var userinfoAlg: String?

    @Option(help: ArgumentHelp("Where it is told that a session has ended; empty: nowhere.", valueName: "url"))
    var backchannelLogoutURI: String?

    @Flag(inversion: .prefixedNo, help: "Whether it must be told which session has ended.")
    var backchannelLogoutSession: Bool?

    @Option(help: ArgumentHelp("Where others may send people to start a sign-in; empty: nowhere.", valueName: "url"))
    var initiateLoginURI: String?

    @OptionGroup var policy: RelyingPartyPolicyOptions
    @OptionGroup var display: RelyingPartyDisplayOptions

    /// Adds `relying_party` if any of it was given.
    func add(to body: inout JSONObject) throws {
        var party = JSONObject()
        party.set("redirect_uris", redirectURI)
        party.set("post_logout_redirect_uris", postLogoutRedirectURI)
        if let native { party["application_type"] = .string(native ? "native" : "web") }
        party.set("scope", scope)
        if !resourceScope.isEmpty {
            var scopes = JSONObject()
            for text in resourceScope {
                let (resource, tokens) = try KeyedText.split(text, "--resource-scope")
                scopes[resource] = .string(tokens)
            }
            party["resource_scopes"] = .object(scopes)
        }
        party.set("default_resource", defaultResource)
        if let pairwise { party["subject_type"] = .string(pairwise ? "pairwise" : "public") }
        party.set("sector_identifier", sectorIdentifier)
        party.set("id_token_signed_response_alg", idTokenAlg)
        party.set("userinfo_signed_response_alg", userinfoAlg)
        party.set("backchannel_logout_uri", backchannelLogoutURI)
        party.set("backchannel_logout_session_required", backchannelLogoutSession)
        party.set("initiate_login_uri", initiateLoginURI)
        policy.add(to: &party)
        display.add(to: &party)
        if !party.isEmpty { body["relying_party"] = .object(party) }
    }
}

extension JSONObject {
    mutating func set(_ name: String, _ text: String?) { if let text { self[name] = .string(text) } }
    mutating func set(_ name: String, _ flag: Bool?) { if let flag { self[name] = .bool(flag) } }
    mutating func set(_ name: String, _ texts: [String]) {
        if !texts.isEmpty { self[name] = .array(texts.map(JSONValue.string)) }
    }
}
