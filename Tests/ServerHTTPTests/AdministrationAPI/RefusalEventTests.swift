import AuthorizationServer
import JOSE
import OAuth
import ServerHTTP
import Storage
import Testing

@Suite struct `Refusals of the administration API` {
    /// What is asked for, the answer, and why it was refused.
    private struct Refused: Sendable {
        let method: RequestMethod
        let path: String
        let body: String?
        let headers: [(String, String)]
        let status: Int
        let detail: String

        init(
            _ method: RequestMethod, _ path: String, _ body: String? = nil, headers: [(String, String)] = [],
            _ status: Int, _ detail: String
        ) {
            self.method = method
            self.path = path
            self.body = body
            self.headers = headers
            self.status = status
            self.detail = detail
        }
    }

    private static let all: [Refused] = [
        Refused(.post, "/admin/v1/clients", "{}", 400, "invalid_request: POST /admin/v1/clients"),
        Refused(.get, "/admin/v1/clients?unknown=1", nil, 400, "invalid_request: GET /admin/v1/clients"),
        Refused(.get, "/admin/v1/clients?limit=0", nil, 400, "invalid_request: GET /admin/v1/clients"),
        Refused(.post, "/admin/v1/clients", "{", 400, "invalid_request: POST /admin/v1/clients"),
        Refused(
            .patch, "/admin/v1/clients/svc", "{}", headers: [("if-match", "x")], 400,
            "invalid_request: PATCH /admin/v1/clients/{id}"),
        Refused(.put, "/admin/v1/clients", "{}", 405, "method_not_allowed"),
        Refused(.post, "/admin/v1/clients", AdministeredServer.clientBody, 409, "conflict: POST /admin/v1/clients"),
        Refused(
            .patch, "/admin/v1/clients/svc", #"{"version":99,"name":"X"}"#, 409,
            "conflict: PATCH /admin/v1/clients/{id}"),
        Refused(
            .patch, "/admin/v1/clients/svc", #"{"name":"X"}"#, headers: [("if-match", "\"99\"")], 412,
            "precondition_failed: PATCH /admin/v1/clients/{id}"),
        Refused(
            .post, "/admin/v1/clients", "{}", headers: [("content-type", "text/plain")], 415,
            "unsupported_media_type: POST /admin/v1/clients"),
        Refused(
            .post, "/admin/v1/clients", "\"" + String(repeating: "a", count: 70_000), 413,
            "payload_too_large: POST /admin/v1/clients"),
    ]

    private func refusals(of server: AdministeredServer) async throws -> [AuditEvent] {
        #expect(await server.provider.flush(at: AdministeredServer.start).isEmpty)
        return try await server.events("administration.refused")
    }

    @Test(arguments: 0..<all.count)
    func `are in the audit log, on the socket and over the network`(index: Int) async throws {
        let refused = Self.all[index]
        let server = try await AdministeredServer()
        _ = try await server.register()
        let all = AdministrativeRight.allCases.map(\.rawValue).joined(separator: " ")
        let token = try await server.token(of: "ops", scope: all)
        let local = await server.socket(refused.method, refused.path, refused.body, headers: refused.headers)
        #expect(local.status == refused.status)
        var event = try #require(try await refusals(of: server).first)
        #expect(event.detail == refused.detail && event.outcome == .refusal && event.requestID == "req-1")
        #expect(event.actor == (refused.status == 405 ? "anonymous" : "uid:0") && event.address == "unix")
        let remote = await server.network(
            refused.method, refused.path, refused.body, token: token, headers: refused.headers)
        #expect(remote.status == refused.status)
        event = try #require(try await refusals(of: server).last)
        #expect(event.detail == refused.detail)
        #expect(event.actor == (refused.status == 405 ? "anonymous" : "client:ops") && event.address == "192.0.2.1")
        #expect(try await refusals(of: server).map(\.count) == [1, 1])
    }

    @Test func `are in the audit log once, whoever decided them`() async throws {
        let server = try await AdministeredServer()
        let token = try await server.token(of: "ro", scope: "tessera:admin:read")
        let writer = try await server.token(of: "rw", scope: "tessera:admin:write")
        let body = #"{"path":"/backups/x"}"#
        #expect(await server.network(.post, "/admin/v1/backup", body, token: writer).status == 403)
        #expect(await server.network(.post, "/admin/v1/clients", "{}", token: token).status == 403)
        #expect(await server.network(.get, "/admin/v1/status").status == 401)
        #expect(await server.network(.get, "/admin/v1/status", token: Secret("x")).status == 401)
        #expect(await server.network(.get, "/admin/v1/status", headers: [("origin", "null")]).status == 403)
        #expect(await server.network(.get, "/admin/v1/status", host: "evil.example").status == 403)
        #expect(await server.socket(.get, "/admin/v1/status", uid: 1000).status == 403)
        #expect(await server.socket(.get, "/admin/v1/status", uid: nil).status == 403)
        #expect(await server.socket(.post, "/admin/v1/backup", #"{"path":"/backups/there"}"#).status == 409)
        let refusals = try await refusals(of: server)
        #expect(
            Set(refusals.map(\.detail)) == [
                "socket_only: POST /admin/v1/backup", "right_missing", "token_missing", "token_malformed",
                "origin_present",
                "host_unknown", "peer_not_allowed", "peer_unknown", "conflict: POST /admin/v1/backup",
            ])
        #expect(refusals.allSatisfy { $0.count == 1 })
    }

    @Test func `are one event with a count when a flood of them is equal`() async throws {
        let server = try await AdministeredServer()
        for index in 0..<500 {
            #expect(await server.socket(.post, "/admin/v1/clients", #"{"x\#(index)":1}"#).status == 400)
            #expect(await server.network(.delete, "/admin/v1/clients").status == 405)
        }
        #expect(Set(try await refusals(of: server).map(\.count)) == [500])
        #expect(try await refusals(of: server).count == 2)
    }

    @Test func `are not what does not exist, and not what fails`() async throws {
        let server = try await AdministeredServer()
        #expect(await server.socket(.get, "/admin/v1/clients/nobody").status == 404)
        #expect(await server.socket(.get, "/admin/v1/nothing").status == 404)
        #expect(await server.network(.get, "/nothing").status == 404)
        #expect(try await refusals(of: server).isEmpty)
    }
}
