import ArgumentParser
import JOSE

/// What is demanded of a client that signs people in, and what is relaxed for it.
struct RelyingPartyPolicyOptions: ParsableArguments {
    @Flag(inversion: .prefixedNo, help: "Your own application: people are not asked whether they agree.")
    var firstParty: Bool?

    @Flag(inversion: .prefixedNo, help: "Whether its authorization requests must be pushed (RFC 9126).")
    var requirePushedRequests: Bool?

    @Flag(
        inversion: .prefixedNo,
        help: "Whether it may go without PKCE, if it authenticates and sends a nonce. For old clients only.")
    var mayOmitPKCE: Bool?

    @Flag(
        inversion: .prefixedNo,
        help: "Whether its assertions may be addressed to the token endpoint. For old clients only.")
    var mayAddressAssertionsToTokenEndpoint: Bool?

    @Option(help: ArgumentHelp("The sign-in may be at most so old, if it does not say itself.", valueName: "seconds"))
    var defaultMaxAge: Int?

    @Flag(inversion: .prefixedNo, help: "Whether its ID tokens always say when the person signed in.")
    var requireAuthTime: Bool?

    func add(to party: inout JSONObject) {
        party.set("first_party", firstParty)
        party.set("require_pushed_authorization_requests", requirePushedRequests)
        party.set("may_omit_pkce", mayOmitPKCE)
        party.set("may_address_assertions_to_token_endpoint", mayAddressAssertionsToTokenEndpoint)
        if let defaultMaxAge { party["default_max_age"] = .integer(Int64(defaultMaxAge)) }
        party.set("require_auth_time", requireAuthTime)
    }
}
