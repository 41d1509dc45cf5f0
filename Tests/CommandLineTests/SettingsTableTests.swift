import Authenticators
import AuthorizationServer
import FoundationEssentials
import OAuth
import Risk
import ServerHTTP
import Storage
import Testing
import tessera

@Suite struct `The table of settings` {
    @Test func `has one row for every key`() {
        #expect(SettingsTable.all.count == SettingKey.allCases.count)
        #expect(Set(SettingsTable.all.map(\.key)) == Set(SettingKey.allCases))
    }

    @Test func `gives every setting names of its own`() {
        #expect(Set(SettingKey.allCases.map(\.environmentName)).count == SettingKey.allCases.count)
        #expect(Set(SettingKey.allCases.map(\.flagName)).count == SettingKey.allCases.count)
    }

    @Test(arguments: SettingsTable.all.map(\.key))
    func `has a default within its own bounds`(_ key: SettingKey) throws {
        let setting = try #require(SettingsTable.setting(key))
        switch (setting.kind, setting.defaultValue) {
        case (.integer(let range, _), .integer(let number)?): #expect(range.contains(number))
        case (.integer, _): Issue.record("a number needs a default")
        case (.choice(let allowed), .text(let text)?): #expect(allowed.contains(text))
        case (.choices(let allowed), .list(let items)?): #expect(items.allSatisfy(allowed.contains))
        case (.flag, let value): #expect(value == .flag(true) || value == .flag(false))
        default: break
        }
        #expect(setting.documentation.hasSuffix("."))
    }

    @Test func `reaches the limits and the policy of the server`() async throws {
        let installation = try TestInstallation()
        let (configuration, problems) = await installation.load(flags: [
            "--limits-connection-body-bytes", "131072", "--limits-keys-per-client", "7", "--limits-token-attempts", "5",
            "--throttle-revocation-burst", "9", "--throttle-revocation-rate", "3",
            "--status-list-resources", "https://api.example", "--status-list-lifetime", "5",
            "--status-list-size", "65536", "--status-list-lists", "2",
        ])
        #expect(problems.isEmpty)
        #expect(HTTPLimits(configuration).connectionBodyBytes == 131_072)
        #expect(ServerPolicy(configuration).keysPerClient == 7)
        #expect(ServerPolicy(configuration).tokenAttempts == 5)
        #expect(ServerPolicy(configuration).revocationThrottle == ThrottlePolicy(burst: 9, perMinute: 3))
        let lists = ServerPolicy(configuration).statusLists
        #expect(lists.resources == .some([ResourceIndicator(unchecked: "https://api.example")]))
        #expect(lists.timeToLive == 5 && lists.size == 65_536 && lists.lists == 2)
        let every = await installation.load(flags: ["--status-list-resources", "*"])
        #expect(ServerPolicy(every.0).statusLists.resources == .every)
    }

    @Test func `reaches what people do at the server`() async throws {
        let installation = try TestInstallation()
        try installation.write("pass wörd\n", to: "mail.txt")
        let (configuration, problems) = await installation.load(flags: [
            "--sessions-idle-lifetime", "301", "--sessions-lifetime", "302", "--passwords-minimum-length", "20",
            "--accounts-self-registration", "true", "--accounts-mails-per-hour", "4", "--pages-name", "Haus",
            "--pages-language", "de", "--throttle-account-burst", "6", "--throttle-account-rate", "7",
            "--throttle-sign-in-address-burst", "11", "--tokens-refresh-repeats", "3", "--passwords-threads", "5",
            "--passwords-memory", "46080", "--mail-host", "mail.example.com", "--mail-port", "465",
            "--mail-security", "tls", "--mail-from", "id@example.com", "--mail-user", "me",
            "--mail-password-file", installation.path("mail.txt"), "--mail-time-limit", "7",
        ])
        #expect(problems.isEmpty)
        let policy = ServerPolicy(configuration)
        #expect(policy.people.sessionIdleLifetime == 301)
        #expect(policy.people.sessionLifetime == 302)
        #expect(policy.people.passwords.minimum == 20)
        #expect(policy.people.allowsSelfRegistration)
        #expect(policy.people.mailsPerHour == 4)
        #expect(policy.people.displayName == "Haus")
        #expect(policy.people.defaultLanguage == "de")
        #expect(policy.people.accountThrottle == ThrottlePolicy(burst: 6, perHour: 7))
        #expect(policy.people.addressThrottle == ThrottlePolicy(burst: 11, perHour: 600))
        #expect(policy.rotation.repeatsPerGeneration == 3)
        #expect(PasswordHasherSettings(configuration).threads == 5)
        #expect(PasswordHasherSettings(configuration).parameters.memory == 46_080)
        let mail = try #require(SMTPSettings(configuration))
        #expect(mail.sender == SMTPSettings.Sender(address: "id@example.com", name: "Haus"))
        #expect(mail.timeLimit == .seconds(7))
        #expect(mail.credentials != nil)
    }

    @Test func `leaves people's rules as they are when nothing is set`() async throws {
        let (configuration, _) = try await TestInstallation().load()
        #expect(PeoplePolicy(configuration) == PeoplePolicy())
        #expect(ServerPolicy(configuration) == ServerPolicy())
        #expect(SMTPSettings(configuration) == nil)
        #expect(PasswordHasherSettings(configuration).threads >= 1)
    }

    @Test func `is what the committed reference says`() throws {
        let isCurrent = try Repository.text("docs/reference/configuration.md") == ConfigurationReference.markdown
        #expect(isCurrent, "run 'make docs'")
    }

    @Test func `is complete in the reference of commands`() throws {
        let isCurrent = try Repository.text("docs/reference/command-line.md") == CommandLineReference.markdown
        #expect(isCurrent, "run 'make docs'")
    }
}
