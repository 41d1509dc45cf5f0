import AuthorizationServer
import ServerHTTP

/// Whether sessions, passwords and pages are as they must be.
extension ConfigurationCheck {
    /// KiB × passes: what OWASP's equal choices for Argon2id have in common, from 7 MiB with five passes upwards.
    static let leastHashWork = 35_840

    mutating func checkPeople() {
        let memory = configuration.integer(.passwordsMemory)
        if memory * configuration.integer(.passwordsPasses) < Self.leastHashWork {
            refuse(
                .passwordHashWeak, .passwordsPasses, "too few for \(memory) KiB: stolen hashes would be quick to try",
                fix: "Take 19456 KiB and 2 passes, 9216 and 4, or 7168 and 5, or more.")
        }
        if configuration.isSet(.sessionsIdleLifetime),
            configuration.integer(.sessionsIdleLifetime) > configuration.integer(.sessionsLifetime)
        {
            refuse(
                .contradiction, .sessionsIdleLifetime, "it is more than sessions.lifetime, so it has no effect",
                fix: "Lower it, or raise sessions.lifetime.")
        }
        checkSchema()
        do { _ = try Branding(configuration) } catch {
            refuse(
                .brandingUnusable, key(for: error), error.reason,
                fix: "Correct pages.name, pages.logo, pages.accent or pages.accent-dark.")
        }
    }

    private mutating func checkSchema() {
        guard let path = configuration.text(.accountsSchema) else { return }
        do { _ = try PeopleSchema(file: path) } catch {
            refuse(
                .schemaUnusable, .accountsSchema, "\(path): \(error)", fix: "Correct the file: docs/guide/people.md.")
        }
    }

    private func key(for error: PageError) -> SettingKey {
        if error.reason.contains("picture") { return .pagesLogo }
        return error.reason.contains("colour") ? .pagesAccent : .pagesName
    }
}
