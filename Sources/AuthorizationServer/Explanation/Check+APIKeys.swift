/// Why an API key opens nothing.
extension Check {
    static let ofAPIKeys: KeyValuePairs<Check, Explanation> = [
        .keyMalformed: Explanation(
            "This is no API key.", checked: "Its form and its checksum.",
            passes: "The key exactly as it was shown, tsk_ and 49 characters.", change: "The caller's configuration."),
        .keyUnknown: Explanation(
            "There is no such API key.", checked: "The hash of the key against those that are registered.",
            passes: "A key of this server.", change: "The owner makes a new one in the account area."),
        .keyHoney: Explanation(
            "A honey key was shown: somebody uses what was laid out for thieves.",
            checked: "Whether the key is bait.", passes: "Nothing: a honey key never grants.",
            change: "Find out where the key was laid out, and what else was there to take."),
        .keyLeaked: Explanation(
            "The API key was reported as leaked and is in quarantine.", checked: "Whether the key was reported.",
            passes: "A key that nobody else knows.", change: "The owner rerolls the key or makes a new one."),
        .keyEnded: Explanation(
            "The API key has been ended.", checked: "Whether the key was ended.", passes: "A key that stands.",
            change: "The owner makes a new one; 'tessera audit list' says who ended it."),
        .keyExpired: Explanation(
            "The API key has expired.", checked: "When the key expires.", passes: "A key before it expires.",
            change: "The owner makes or rerolls one in time."),
        .keyOwnerEnded: Explanation(
            "The owner of the API key may not act any more.", checked: "The person or client that the key speaks for.",
            passes: "A key of somebody who may act.",
            change: "'tessera user show ID' or 'tessera client show ID' says why."),
        .keyResourceWrong: Explanation(
            "The API key is for another resource.", checked: "The resources of the key against who asks.",
            passes: "A key that names the resource.", change: "The owner makes one for this resource."),
        .keyPermissionEnded: Explanation(
            "Nothing of the API key's scope may be had at the resource any more.",
            checked: "The scope of the key, what its owner may have, and what the resource knows.",
            passes: "A key of which at least one scope is left.",
            change: "'tessera client permit ID --resource URL --scope TOKENS'; 'tessera resource update ID --enable'."),
        .keyNetworkWrong: Explanation(
            "The API key came from a network that it is not good in, or nobody knows from where.",
            checked: "The caller's address against the networks of the key.",
            passes: "An address in one of the networks of the key.",
            change: "The owner makes one with other networks; behind a proxy see proxy.trusted."),
        .keyQuotaUsed: Explanation(
            "The API key was used too often.", checked: "The uses of the key against its quota.",
            passes: "The same after the time that Retry-After said.", change: "The quota of the key."),
        .keyDirectUseForbidden: Explanation(
            "API keys have to be exchanged for access tokens here.", checked: "Whether the key may be used directly.",
            passes: "An access token that the key was exchanged for (RFC 8693).",
            change:
                "The client exchanges the key at the token endpoint; the setting or the key that forbids direct use."),
        .keyResourceNotNamed: Explanation(
            "The exchange does not say which resource the token is for, and the API key has not just one.",
            checked: "resource (RFC 8707), or the only resource of the key.", passes: "A request with a resource.",
            change: "The client's configuration."),
        .keyScopeTooWide: Explanation(
            "The scope goes beyond what the API key may do.", checked: "scope against that of the key.",
            passes: "A part of what the key may do.", change: "The owner makes a key that may do more."),
    ]
}
