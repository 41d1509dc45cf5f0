import AuthorizationServer
import JOSE
import OAuth
import Storage

/// Tokens with which clients register themselves.
extension AdministrationAPI {
    func createRegistrationToken(_ call: AdministrationCall) async throws -> ServerResponse {
        var body = BodyReader(call.body)
        let draft = InitialAccessDraft(
            uses: body.integer("uses"), lifetime: body.integer("expires_in"), problems: body.finish())
        let new = try await administration.createInitialAccess(draft, by: call.administrator, at: call.now)
        return Self.done(
            Representation.object { writer in
                writer.member("id", new.stored.id)
                writer.member("registration_token", new.secret.revealedValue)
                writer.member("uses", Int64(new.stored.usesLeft))
                writer.member("expires_at", new.stored.expiresAt)
            }, status: 201)
    }
}
