import AuthorizationServer
import JOSE
import OAuth
import Storage

/// Where people are signed in, what they gave to clients, and the end of either.
extension AdministrationAPI {
    func listSessions(_ call: AdministrationCall) async throws -> ServerResponse {
        let sessions = try await administration.sessions(
            of: try call.identifier(), by: call.administrator, at: call.now)
        return Self.done(
            Representation.object { writer in
                writer.member("sessions") { Representation.array(sessions, to: &$0, Representation.session) }
            })
    }

    func endSessions(_ call: AdministrationCall) async throws -> ServerResponse {
        try await administration.endSessions(of: try call.identifier(), by: call.administrator, at: call.now)
        return Self.doneWithoutContent()
    }

    func endSession(_ call: AdministrationCall) async throws -> ServerResponse {
        try await administration.endSession(try call.identifier(), by: call.administrator, at: call.now)
        return Self.doneWithoutContent()
    }

    func listApplications(_ call: AdministrationCall) async throws -> ServerResponse {
        let id: Subject = try call.identifier()
        let authorizations = try await administration.authorizations(of: id, by: call.administrator, at: call.now)
        let consents = try await administration.consents(of: id, by: call.administrator, at: call.now)
        return Self.done(
            Representation.object { writer in
                writer.member("authorizations") {
                    Representation.array(authorizations, to: &$0, Representation.authorization)
                }
                writer.member("consents") { Representation.array(consents, to: &$0, Representation.consent) }
            })
    }

    func endApplication(_ call: AdministrationCall) async throws -> ServerResponse {
        try await administration.endApplication(
            try call.identifier(1), of: try call.identifier(), by: call.administrator, at: call.now)
        return Self.doneWithoutContent()
    }

    func endAuthorization(_ call: AdministrationCall) async throws -> ServerResponse {
        try await administration.endAuthorization(try call.identifier(), by: call.administrator, at: call.now)
        return Self.doneWithoutContent()
    }

    func endEverything(_ call: AdministrationCall) async throws -> ServerResponse {
        var body = BodyReader(call.body)
        let (issuer, moment, limit) = (body.string("issuer"), body.integer("up_to"), body.integer("limit"))
        let problems = body.finish()
        guard problems.isEmpty else { throw AdministrationError.invalid(problems) }
        let end = moment.map { NumericDate(secondsSince1970: $0) } ?? call.now
        let step = try await administration.endEverything(
            of: issuer, upTo: end, limit: limit.map { Int(clamping: $0) } ?? 500, by: call.administrator, at: call.now)
        return Self.done(
            Representation.object { writer in
                writer.member("up_to", end)
                writer.member("sessions", Int64(step.ended.sessions.count))
                writer.member("authorizations", Int64(step.ended.grants.count))
                writer.member("links", Int64(step.links))
                writer.member("logout_tokens", Int64(step.ended.logouts))
                writer.member("complete", step.isComplete)
            })
    }

    func listInvitations(_ call: AdministrationCall) async throws -> ServerResponse {
        let limit = try call.query.limit()
        let page = try await administration.invitations(
            after: try call.query.identifier("after"), limit: limit, by: call.administrator, at: call.now)
        return Self.done(
            Representation.object { writer in
                writer.member("invitations") { Representation.array(page, to: &$0, Representation.invitation) }
                if page.count == limit { writer.member("next", page.last?.subject.rawValue) }
            })
    }

    func withdrawInvitation(_ call: AdministrationCall) async throws -> ServerResponse {
        try await administration.withdrawInvitation(of: try call.identifier(), by: call.administrator, at: call.now)
        return Self.doneWithoutContent()
    }
}
