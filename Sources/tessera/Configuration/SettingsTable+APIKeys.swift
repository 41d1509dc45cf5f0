/// The settings of API keys, and of the alarms that they may raise.
extension SettingsTable {
    static let apiKeys: [Setting] = [
        Setting(
            .apiKeysPeople, .flag, default: .flag(true),
            "Whether people make API keys of their own on the account pages, for scopes that are described to people."),
        Setting(
            .apiKeysDirect, .flag, default: .flag(true),
            "Whether resources are told that an API key is good; otherwise it is only exchanged for access tokens."),
        Setting(
            .apiKeysLifetime, .integer(60...315_360_000, unit: "seconds"), default: .integer(7_776_000),
            "How long an API key lives unless something else is asked for."),
        Setting(
            .apiKeysMaximumLifetime, .integer(60...315_360_000, unit: "seconds"), default: .integer(31_536_000),
            "How long an API key may live at most."),
        Setting(
            .apiKeysEndless, .flag, default: .flag(false), "Whether administrators may make API keys without an end."),
        Setting(
            .apiKeysOverlap, .integer(0...2_592_000, unit: "seconds"), default: .integer(86_400),
            "How long the old key goes on beside the new one when a key is rerolled."),
        Setting(
            .apiKeysPerOwner, .integer(1...1000, unit: "keys"), default: .integer(20),
            "How many live API keys a person or a client may have."),
        Setting(
            .apiKeysTokenLifetime, .integer(10...3600, unit: "seconds"), default: .integer(300),
            "How long an access token lives that was had for an API key, unless the resource says less."),
    ]

    static let alarms: [Setting] = [
        Setting(
            .alarmsMail, .text, "The address that hears of a honey key's use and of a leaked key. Needs mail.host."),
        Setting(
            .alarmsWebhook, .text, "The https address to which the same is posted as a signed JWT."),
    ]
}
