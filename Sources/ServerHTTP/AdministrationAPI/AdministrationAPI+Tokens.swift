import AuthorizationServer
import JOSE
import OAuth

extension AdministrationAPI {
    private static let maximumTokenBytes = 16_384

    func inspectToken(_ call: AdministrationCall) throws -> ServerResponse {
        var body = BodyReader(call.body)
        let text = body.string("token")
        var problems = body.finish()
        guard let token = Self.token(text, required: true, &problems), problems.isEmpty else {
            throw AdministrationError.invalid(problems)
        }
        return Self.done(
            Representation.inspection(try administration.inspect(token, by: call.administrator, at: call.now)))
    }

    func revokeToken(_ call: AdministrationCall) async throws -> ServerResponse {
        var body = BodyReader(call.body)
        let (text, jti, expiry) = (body.string("token"), body.string("jti"), body.integer("expires_at"))
        var problems = body.finish()
        let revoked: RevokedToken?
        if let token = Self.token(text, required: false, &problems) {
            if jti != nil || expiry != nil { problems.append(Problem("token", "goes without jti and expires_at")) }
            revoked = .token(token)
        } else {
            revoked = Self.identifier(jti, expiry, &problems)
        }
        guard let revoked, problems.isEmpty else { throw AdministrationError.invalid(problems) }
        let result = try await administration.revoke(revoked, by: call.administrator, at: call.now)
        return Self.done(
            Representation.object { writer in
                writer.member("jti", result.tokenID.rawValue)
                writer.member("expires_at", result.expiresAt)
                writer.member("revoked", result.isEnded)
            })
    }

    func revokeGrant(_ call: AdministrationCall) async throws -> ServerResponse {
        try await administration.revokeGrant(try call.identifier(), by: call.administrator, at: call.now)
        return Self.doneWithoutContent()
    }

    func revokeSubjectTokens(_ call: AdministrationCall) async throws -> ServerResponse {
        let id: Subject = try call.identifier()
        let revocation = try await administration.revokeSubjectTokens(id, by: call.administrator, at: call.now)
        return Self.done(
            Representation.object { writer in
                writer.member("kind", "subject")
                writer.member("id", id.rawValue)
                writer.member("epoch", revocation.epoch)
                writer.member("names", revocation.kind.rawValue)
            })
    }

    private static func token(_ text: String?, required: Bool, _ problems: inout [Problem]) -> Secret? {
        guard let text else {
            if required, problems.isEmpty { problems.append(Problem("token", "is required")) }
            return nil
        }
        if text.isEmpty || text.utf8.count > maximumTokenBytes {
            problems.append(Problem("token", "must be 1 to \(maximumTokenBytes) bytes long"))
        }
        return Secret(text)
    }

    private static func identifier(_ jti: String?, _ expiry: Int64?, _ problems: inout [Problem]) -> RevokedToken? {
        guard let jti, let expiry else {
            if problems.isEmpty { problems.append(Problem("token", "give token, or jti and expires_at")) }
            return nil
        }
        guard let id = TokenID(jti) else {
            problems.append(Problem("jti", "is no identifier"))
            return nil
        }
        guard (0...9_007_199_254_740_991).contains(expiry) else {
            problems.append(Problem("expires_at", "is no time"))
            return nil
        }
        return .identifier(id, until: NumericDate(secondsSince1970: expiry))
    }
}
