/// Status lists, for verifiers that others wrote.
extension SettingsTable {
    static let statusLists: [Setting] = [
        Setting(
            .statusListResources, .list(of: "identifiers of resources, or * alone"), default: .list([]),
            "Resources whose JWT access tokens name a status list (the claim status), where their verifier sees whether "
                + "the grant behind a token was revoked; * for all. Tokens of others say nothing of it, and APIs that use "
                + "our kit need none: they follow the revocation feed."),
        Setting(
            .statusListLifetime, .integer(5...86_400, unit: "seconds"), default: .integer(60),
            "How long a verifier may keep a status list, and so how long it may take until it sees a revocation."),
        Setting(
            .statusListSize, .integer(65_536...8_388_608, unit: "indexes"), default: .integer(1_048_576),
            "Indexes of one list: a grant hides among as many. A list takes an eighth as many bytes of memory, and 110 to "
                + "190 bytes for each index that was given. For lists that are begun from now on."),
        Setting(
            .statusListLists, .integer(2...1024, unit: "lists"), default: .integer(32),
            "Lists that may be there at the same time; a list goes a day after its last index was given. While there are "
                + "as many, grants without an index get no tokens at these resources."),
    ]
}
