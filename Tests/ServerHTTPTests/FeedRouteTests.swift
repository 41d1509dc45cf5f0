import AuthorizationServer
import JOSE
import OAuth
import Storage
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct `The revocation feed over HTTP` {
    private static let resource =
        "authorization: " + RequestText.authorization("orders", LiveServer.secret.revealedValue)
    private static let client = "authorization: " + RequestText.basic

    private func json(_ answer: RawAnswer) throws -> JSONObject { try JSONObject(parsing: Array(answer.body.utf8)) }

    private func end(_ server: LiveServer, _ client: String) {
        let key = EpochKey.client(ClientID(unchecked: client))
        let feed = server.provider.revocations.feed
        feed.places.note(
            [RevocationName(key, of: feed.issuer)], at: [ResourceIndicator(unchecked: "https://orders.example")],
            now: LiveServer.start)
        server.provider.revocations.apply([key: 1], at: LiveServer.start)
        server.provider.revocations.feed.deliver(at: LiveServer.start)
    }

    @Test func `has keys of its own, and stands where kits look for it`() async throws {
        let server = try await LiveServer.publicServer()
        // Programs exist that take no members but the registered ones.
        for document in ["oauth-authorization-server", "openid-configuration"] {
            let metadata = try json(try await server.exchange(RequestText.get("/.well-known/" + document)))
            #expect(!metadata.members.contains { $0.name.hasPrefix("revocation_feed") })
        }
        let keys = try await server.exchange(RequestText.get("/revocations/keys"))
        #expect(keys.status == 200 && keys.header("content-type") == "application/jwk-set+json")
        #expect(keys.body != (try await server.exchange(RequestText.get("/jwks"))).body)
        try await server.shutDown()
    }

    @Test func `is asked by long poll, from one message to the next`() async throws {
        let server = try await LiveServer.publicServer()
        let feed = server.provider.revocations.feed
        let first = try json(try await server.exchange(RequestText.get("/revocations?wait=0", Self.resource)))
        let chain = try #require(first.string("feed"))
        #expect(first.strings("messages") == [])
        async let waiting = server.exchange(
            RequestText.get("/revocations?feed=\(chain)&after=0&wait=30", Self.resource))
        while feed.counts.readers == 0 { try await Task.sleep(for: .milliseconds(1)) }
        end(server, "c")
        let answer = try await waiting
        #expect(answer.status == 200 && answer.header("cache-control") == "no-store")
        let messages = try #require(try json(answer).strings("messages"))
        #expect(messages.count == 1)
        #expect(try UnverifiedJWT(messages[0]).header.type == RevocationMessage.type)
        let later = try await server.exchange(
            RequestText.get("/revocations?feed=\(chain)&after=1&wait=0", Self.resource))
        #expect(try json(later).strings("messages") == [])
        for query in ["feed=\(chain)&after=2", "feed=AAAAAAAAAAAAAAAAAAAAAA&after=0"] {
            let gone = try await server.exchange(RequestText.get("/revocations?\(query)", Self.resource))
            #expect(gone.status == 410)
            #expect(try json(gone).string("error") == "resync")
        }
        let form = "feed=\(chain)&after=0&wait=0"
        let posted = try await server.exchange(
            RequestText.form(
                "/revocations", form,
                authorization: RequestText.authorization("orders", LiveServer.secret.revealedValue)))
        #expect(try json(posted).strings("messages") == messages)
        #expect(feed.counts.readers == 0)
        try await server.shutDown()
    }

    @Test func `streams events, and goes on after the last that a reader had`() async throws {
        let server = try await LiveServer.publicServer()
        let feed = server.provider.revocations.feed
        let connection = try await server.connect()
        try await connection.send(
            RequestText.get("/revocations", Self.resource, "accept: application/json, Text/Event-Stream;q=1"))
        // Its place in the chain is known when the first line comes.
        try await connection.wait(for: "\n\n")
        let chain = try #require(
            feed.reader(for: ResourceIndicator(unchecked: "https://orders.example"), at: LiveServer.start)?.position?
                .feed)
        for client in ["a", "b", "c"] { end(server, client) }
        try await connection.wait(for: "id: \(chain):3\n")
        var text = connection.text
        #expect(text.hasPrefix("HTTP/1.1 200"))
        #expect(text.contains("content-type: text/event-stream\r\n") && text.contains("cache-control: no-store\r\n"))
        #expect(text.occurrences(of: "event: revocations\ndata: ey") == 3)
        try await connection.close()
        while feed.counts.readers > 0 { try await Task.sleep(for: .milliseconds(1)) }

        let again = try await server.connect()
        try await again.send(
            RequestText.get(
                "/revocations", Self.resource, "accept: text/event-stream", "last-event-id: \(chain):1"))
        try await again.wait(for: "id: \(chain):3\n")
        text = again.text
        #expect(text.contains("id: \(chain):2\n") && !text.contains("id: \(chain):1\n"))
        try await again.close()
        let gone = try await server.exchange(
            RequestText.get(
                "/revocations", Self.resource, "accept: text/event-stream", "last-event-id: \(chain):9"))
        #expect(gone.status == 410)
        let wrong = try await server.exchange(
            RequestText.get("/revocations", Self.resource, "accept: text/event-stream", "last-event-id: x"))
        #expect(wrong.status == 400)
        try await server.shutDown()
    }

    @Test func `ends a stream after an hour, so that its reader proves again who it is`() async throws {
        let server = try await LiveServer.publicServer()
        let feed = server.provider.revocations.feed
        let connection = try await server.connect()
        try await connection.send(RequestText.get("/revocations", Self.resource, "accept: text/event-stream"))
        try await connection.wait(for: "\n\n")
        feed.deliver(at: LiveServer.start + .seconds(3599))
        try await connection.wait(for: "event: revocations")
        #expect(feed.counts.readers == 1 && !connection.isClosed)
        feed.deliver(at: LiveServer.start + .seconds(3604))
        let text = try await connection.readToEnd()
        #expect(text.occurrences(of: "event: revocations") == 2)
        #expect(feed.counts.readers == 0)
        try await server.shutDown()
    }

    @Test func `ends its streams when the server stops`() async throws {
        let server = try await LiveServer.publicServer()
        let connection = try await server.connect()
        try await connection.send(RequestText.get("/revocations", Self.resource, "accept: text/event-stream"))
        while server.provider.revocations.feed.counts.readers == 0 { try await Task.sleep(for: .milliseconds(1)) }
        try await server.shutDown()
        _ = try await connection.readToEnd()
        #expect(server.provider.revocations.feed.counts.readers == 0)
    }

    @Test func `gives its snapshot and its messages to protected resources alone`() async throws {
        let server = try await LiveServer.publicServer()
        for path in ["/revocations", "/revocations/snapshot"] {
            let stranger = try await server.exchange(RequestText.get(path))
            #expect(stranger.status == 401 && stranger.header("www-authenticate")?.hasPrefix("Basic") == true)
            let client = try await server.exchange(RequestText.get(path, Self.client))
            #expect(client.status == 400)
            #expect(try json(client).string("error") == "unauthorized_client")
            let wrong = "authorization: " + RequestText.authorization("orders", "wrong")
            #expect(try await server.exchange(RequestText.get(path, wrong)).status == 401)
            // Where it would be logged.
            let secret = LiveServer.secret.revealedValue
            let query = try await server.exchange(
                RequestText.get(path + "?client_id=orders&client_secret=\(secret)", Self.resource))
            #expect(query.status == 400)
        }
        for query in ["wait=-1", "wait=x", "feed=x", "after=1", "feed=x&after=1", "feed=a&feed=b&after=1"] {
            #expect(try await server.exchange(RequestText.get("/revocations?" + query, Self.resource)).status == 400)
        }
        #expect(server.provider.revocations.feed.counts.chains == 0)
        let snapshot = try await server.exchange(RequestText.get("/revocations/snapshot", Self.resource))
        #expect(snapshot.status == 200)
        #expect(snapshot.header("content-type") == "application/vnd.tessera.revocations")
        let length = try #require(
            server.provider.revocations.feed.counts.chains == 1 ? snapshot.header("content-length") : nil)
        #expect(Int(length) == snapshot.body.utf8.count)
        try await server.shutDown()
    }
}
