import AuthorizationServer
import JOSE
import OAuth
import Storage

/// Tokens with which clients register themselves.
extension AdministrationAPI {
    func listRegistrationTokens(_ call: AdministrationCall) async throws -> ServerResponse {
        let limit = try call.query.limit()
        let after: ClientID? = try call.query.identifier("after")
        let page = try await administration.initialAccess(
            after: after?.rawValue, limit: limit, by: call.administrator, at: call.now)
        return Self.done(
            Representation.object { writer in
                writer.member("registration_tokens") {
                    Representation.array(page, to: &$0, Representation.registrationToken)
                }
                if page.count == limit { writer.member("next", page.last?.id) }
            })
    }

    func createRegistrationToken(_ call: AdministrationCall) async throws -> ServerResponse {
        var body = BodyReader(call.body)
        let draft = InitialAccessDraft(
            uses: body.integer("uses"), lifetime: body.integer("expires_in"), problems: body.finish())
        let new = try await administration.createInitialAccess(draft, by: call.administrator, at: call.now)
        return Self.done(
            Representation.object { writer in
                Representation.registrationToken(new.stored, &writer)
                writer.member("registration_token", new.secret.revealedValue)
            }, status: 201)
    }

    func deleteRegistrationToken(_ call: AdministrationCall) async throws -> ServerResponse {
        let id: ClientID = try call.identifier()
        try await administration.deleteInitialAccess(id.rawValue, by: call.administrator, at: call.now)
        return Self.doneWithoutContent()
    }
}

extension Representation {
    fileprivate static func registrationToken(_ token: InitialAccessToken, _ writer: inout JSONWriter) {
        writer.member("id", token.id)
        writer.member("uses", Int64(token.usesLeft))
        writer.member("created_at", token.createdAt)
        writer.member("expires_at", token.expiresAt)
    }
}
