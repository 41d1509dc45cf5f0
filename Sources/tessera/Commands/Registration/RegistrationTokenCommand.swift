import ArgumentParser

/// `tessera registration-token`
struct RegistrationTokenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "registration-token",
        abstract: "Let clients register themselves: tokens that are good for some registrations (RFC 7591).",
        discussion: """
            They are of use only where registration.enabled is true and registration.open is false. \
            \(Availability.needsServer)
            """,
        subcommands: [
            RegistrationTokenCreateCommand.self, RegistrationTokenListCommand.self,
            RegistrationTokenDeleteCommand.self,
        ])
}
