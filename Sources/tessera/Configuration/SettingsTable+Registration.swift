/// The settings of clients that register themselves.
extension SettingsTable {
    static let registration: [Setting] = [
        Setting(
            .registrationEnabled, .flag, default: .flag(false),
            "Whether clients may register themselves (RFC 7591), with a token that an administrator made for it."),
        Setting(
            .registrationOpen, .flag, default: .flag(false),
            "Whether they may do so without such a token: anybody may, then."),
        Setting(
            .registrationClients, .integer(1...100_000, unit: "clients"), default: .integer(1000),
            "How many self-registered clients there may be."),
        Setting(
            .registrationUnusedLifetime, .integer(3600...31_536_000, unit: "seconds"), default: .integer(2_592_000),
            "How long after its registration a client is removed that nobody has given anything."),
        Setting(
            .registrationOldOpenID, .flag, default: .flag(false),
            "Whether self-registered clients that authenticate may leave out PKCE when they send a nonce, and address "
                + "their assertions to the token endpoint, as old OpenID clients do."),
    ]
}
