import AuthorizationServer
import FoundationEssentials
import Risk
import ServerHTTP
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
        ])
        #expect(problems.isEmpty)
        #expect(HTTPLimits(configuration).connectionBodyBytes == 131_072)
        #expect(ServerPolicy(configuration).keysPerClient == 7)
        #expect(ServerPolicy(configuration).tokenAttempts == 5)
        #expect(ServerPolicy(configuration).revocationThrottle == ThrottlePolicy(burst: 9, perMinute: 3))
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
