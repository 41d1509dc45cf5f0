import ArgumentParser
import JOSE

/// What people are shown of a client that signs them in.
struct RelyingPartyDisplayOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Its home page; empty: none.", valueName: "url"))
    var clientURI: String?

    @Option(help: ArgumentHelp("Its logo; empty: none.", valueName: "url"))
    var logoURI: String?

    @Option(help: ArgumentHelp("What it says about privacy; empty: nothing.", valueName: "url"))
    var policyURI: String?

    @Option(help: ArgumentHelp("Its terms of service; empty: none.", valueName: "url"))
    var tosURI: String?

    @Option(help: ArgumentHelp("Whom to write to about it; may be repeated.", valueName: "address"))
    var contact: [String] = []

    func add(to party: inout JSONObject) {
        party.set("client_uri", clientURI)
        party.set("logo_uri", logoURI)
        party.set("policy_uri", policyURI)
        party.set("tos_uri", tosURI)
        party.set("contacts", contact)
    }
}
