import AuthorizationServer
import JOSE
import OAuth
import Storage
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct `A status list over HTTP` {
    /// A server with one list, and the path of it.
    private func server() async throws -> (server: LiveServer, path: String) {
        let list = StatusList(id: "l1", key: [1], size: 64, createdAt: LiveServer.start)
        return (try await LiveServer.publicServer(list: list), "/status-lists/l1")
    }

    @Test(
        .requirement(
            "draft-status-list-8.1-1", "draft-status-list-8.1-2", "draft-status-list-8.2-1",
            "draft-status-list-8.2-2", "draft-status-list-8.2-3"))
    func `is a JWT that everybody may read and keep for a while`() async throws {
        let (server, path) = try await server()
        let answer = try await server.exchange(
            RequestText.get(path, "accept: application/statuslist+jwt", "origin: https://elsewhere.example"))
        #expect(answer.status == 200 && answer.header("content-type") == "application/statuslist+jwt")
        #expect(answer.header("cache-control") == "public, max-age=60")
        #expect(answer.header("access-control-allow-origin") == "*")
        #expect(try UnverifiedJWT(answer.body).header.type == "statuslist+jwt")
        let etag = try #require(answer.header("etag"))
        let again = try await server.exchange(RequestText.get(path, "if-none-match: \(etag)"))
        #expect(again.status == 304 && again.body.isEmpty)
        try await server.shutDown()
    }

    @Test func `is told in one format, and to whoever takes that`() async throws {
        let (server, path) = try await server()
        let taken = ["*/*", "application/*;q=0.5", "text/html, Application/StatusList+JWT", "text/html , */* ;q=0.1"]
        for accept in taken {
            #expect(try await server.exchange(RequestText.get(path, "accept: \(accept)")).status == 200)
        }
        for accept in ["application/statuslist+cwt", "text/html", "application/jwt, text/*", ""] {
            #expect(try await server.exchange(RequestText.get(path, "accept: \(accept)")).status == 406)
        }
        try await server.shutDown()
    }

    @Test(.requirement("draft-status-list-8.4-1"))
    func `says nothing of the past, and of lists that are not there`() async throws {
        let (server, path) = try await server()
        #expect(try await server.exchange(RequestText.get(path + "?time=1686925000")).status == 501)
        #expect(try await server.exchange(RequestText.get(path + "?other=1")).status == 200)
        for missing in ["/status-lists/l2", "/status-lists/", "/status-lists/l1/", "/status-lists"] {
            #expect(try await server.exchange(RequestText.get(missing)).status == 404)
        }
        try await server.shutDown()
    }
}
