import AuthorizationServer
import JOSE
import OAuth
import ServerHTTP
import Storage
import Testing

@Suite struct `The decisions of the administration API` {
    private static let start = AdministeredServer.start

    @Test func `explain a refused request by its own name and by that of the request`() async throws {
        let server = try await AdministeredServer()
        let refused = await server.socket(.post, "/admin/v1/clients", "{}")
        #expect(refused.status == 400)
        let byRequest = await server.socket(.get, "/admin/v1/decisions/req-1")
        #expect(byRequest.status == 200)
        #expect(byRequest.json.string("check") == "invalid_request")
        #expect(byRequest.json.string("endpoint") == "administration")
        #expect(byRequest.json.string("found")?.contains("name") == true, "\(byRequest.text)")
        for name in ["refused", "checked", "would_pass", "change"] {
            #expect(byRequest.json.string(name)?.isEmpty == false)
        }
        let id = try #require(byRequest.json.string("id"))
        #expect(await server.socket(.get, "/admin/v1/decisions/\(id)").text == byRequest.text)
        #expect(await server.provider.flush(at: Self.start).isEmpty)
        let audit = await server.socket(.get, "/admin/v1/audit?action=administration.refused")
        #expect(audit.text.contains(#""decision":"\#(id)""#))
        for name in ["d_AAAAAAAAAAAAAAAA", "nobody", "%00"] {
            #expect(await server.socket(.get, "/admin/v1/decisions/\(name)").status == 404)
        }
    }

    @Test func `are listed by page, newest first`() async throws {
        let server = try await AdministeredServer()
        for _ in 0..<5 { _ = await server.socket(.post, "/admin/v1/clients", "{}") }
        _ = await server.socket(.put, "/admin/v1/clients", "{}")
        let first = await server.socket(.get, "/admin/v1/decisions?check=invalid_request&limit=3")
        let next = try #require(first.json.integer("next"))
        let second = await server.socket(.get, "/admin/v1/decisions?check=invalid_request&limit=3&before=\(next)")
        let numbers = [first, second].flatMap { reply in
            reply.json["decisions"]?.array?.compactMap { $0.object?.integer("number") } ?? []
        }
        #expect(numbers == [5, 4, 3, 2, 1])
        #expect(second.json["next"] == nil)
        for query in ["check=nonsense", "limit=0", "before=0", "unknown=1"] {
            #expect(await server.socket(.get, "/admin/v1/decisions?" + query).status == 400)
        }
    }

    /// One text for all that can go wrong with its authentication, byte for byte: the rest is in the journal.
    @Test func `tell the operator what the client is not told`() {
        let client = ClientID(unchecked: "svc")
        let all: [Rejection] = [
            .clientUnknown, .clientDisabled(client), .clientMethodWrong(client), .clientSecretWrong(client),
            .assertionKeyUnknown(client), .assertionSignatureWrong(client), .assertionClaimsWrong(client, claim: "aud"),
            .assertionReplayed(client), .notAClient(client), .publicCaller(client),
        ]
        for rejection in all {
            let response = ServerResponse.rejection(rejection)
            #expect(
                String(decoding: response.body, as: UTF8.self)
                    == #"{"error":"invalid_client","error_description":"client authentication failed"}"#)
            #expect(response.status == 401)
        }
        #expect(Set(all.map { Check(reason: $0.reason) }).count == all.count)
    }
}
