import ArgumentParser
import JOSE

/// `tessera token inspect`
struct TokenInspectCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect", abstract: "Take a JWT apart; with --issuer, verify it against the published keys.",
        discussion: """
            Without --issuer nothing is verified and nobody is asked. With it the command exits with 1 unless the signature, \
            the issuer and the times are right. \(Availability.anyIssuer)
            """)

    @Option(help: ArgumentHelp("Verify against the keys of this issuer.", valueName: "url"))
    var issuer: String?

    @Option(help: ArgumentHelp("Certificate authorities in PEM to trust instead of the system's.", valueName: "file"))
    var ca: String?

    @OptionGroup var token: TokenArgument
    @OptionGroup var output: OutputOptions

    func run() async throws {
        guard let inspection = JWTInspection(try token.text()) else {
            throw CommandFailure(
                .failure, "not_a_jwt", "this is no JWT, so there is nothing to read in it",
                fix: "Ask its issuer: 'tessera token introspect'.")
        }
        var json = JSONObject()
        json["header"] = .object(inspection.header)
        json["claims"] = .object(inspection.claims)
        guard let issuer else {
            return output.show(json) { _ in inspection.text + "\n\nNot verified; give --issuer to verify it." }
        }
        let keys = try await RemoteIssuer.discover(issuer, authorities: ca).keySet()
        let objections = inspection.objections(issuer: issuer, keys: keys, at: Composition.now())
        json["verified"] = .bool(objections.isEmpty)
        json["objections"] = .array(objections.map(JSONValue.string))
        output.show(json) { _ in inspection.text }
        guard objections.isEmpty else {
            throw CommandFailure(.failure, "not_verified", "not verified: " + objections.joined(separator: "; "))
        }
        if !output.json { Console.print("\nVerified: signed by \(issuer), in its time.") }
    }
}
