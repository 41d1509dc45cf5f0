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
}
