import ArgumentParser

/// Which OAuth server a command speaks to.
struct IssuerOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The issuer, exactly as it calls itself.", valueName: "url"))
    var issuer: String

    @Option(help: ArgumentHelp("Certificate authorities in PEM to trust instead of the system's.", valueName: "file"))
    var ca: String?

    func discover() async throws -> RemoteIssuer { try await RemoteIssuer.discover(issuer, authorities: ca) }
}
