import AuthorizationServer
import ServerHTTP
import Testing

/// One thing at a time is broken in a request that passes: the explanation names the check that failed and, where
/// something can be said of it, what was found and what would have passed.
@Suite(.timeLimit(.minutes(5))) struct EdgeMutationTests {
    struct Mutation: Sendable, CustomTestStringConvertible {
        let check: Check
        let text: String
        var found = ""
        var expected = ""

        var testDescription: String { check.rawValue }
    }

    private static let chunked = "POST /token HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n"

    private static func head(_ line: String = "GET /jwks HTTP/1.1", _ fields: String...) -> String {
        ([line, "host: a", "connection: close"] + fields).joined(separator: "\r\n") + "\r\n\r\n"
    }

    private static func long(_ count: Int) -> String { String(repeating: "a", count: count) }

    static let all: [Mutation] = [
        Mutation(check: .methodNotAllowed, text: head("DELETE /jwks HTTP/1.1"), found: "DELETE /jwks", expected: "GET"),
        Mutation(check: .methodUnknown, text: head("BREW /jwks HTTP/1.1")),
        Mutation(check: .versionUnknown, text: head("GET /jwks HTTP/3.7")),
        Mutation(check: .requestLine, text: head("GET  /jwks HTTP/1.1")),
        Mutation(check: .requestTarget, text: head("GET jwks HTTP/1.1")),
        Mutation(check: .targetTooLong, text: head("GET /\(long(9_000)) HTTP/1.1"), expected: "at most 8192 bytes"),
        Mutation(
            check: .headerTooLarge, text: head("GET /jwks HTTP/1.1", "x: \(long(20_000))"),
            expected: "at most 16384 bytes"),
        Mutation(
            check: .authorizationRepeated, text: head("GET /jwks HTTP/1.1", "authorization: a", "authorization: b"),
            found: "2 of them"),
        Mutation(check: .contentCoding, text: head("GET /jwks HTTP/1.1", "content-encoding: br"), found: "br"),
        Mutation(check: .expectationFailed, text: head("GET /jwks HTTP/1.1", "expect: tea")),
        Mutation(check: .upgrade, text: head("GET /jwks HTTP/1.1", "upgrade: h2c")),
        Mutation(check: .host, text: head("GET /jwks HTTP/1.1", "host: b")),
        Mutation(check: .headerName, text: head("GET /jwks HTTP/1.1", "a b: c")),
        Mutation(check: .headerLine, text: head("GET /jwks HTTP/1.1", "nothing")),
        Mutation(check: .headerValue, text: head("GET /jwks HTTP/1.1", "x: \u{7F}")),
        Mutation(check: .nullByte, text: head("GET /jwks HTTP/1.1", "x: \0")),
        Mutation(check: .lineEnd, text: "GET /jwks HTTP/1.1\nhost: a\n\n"),
        Mutation(check: .contentLength, text: head("POST /token HTTP/1.1", "content-length: 1x")),
        Mutation(
            check: .framing, text: head("POST /token HTTP/1.1", "content-length: 1", "transfer-encoding: chunked")),
        Mutation(check: .transferEncoding, text: head("POST /token HTTP/1.1", "transfer-encoding: gzip")),
        Mutation(
            check: .bodyTooLarge, text: head("POST /token HTTP/1.1", "content-length: 70000"),
            expected: "at most 65536 bytes"),
        Mutation(check: .chunkSize, text: chunked + "g\r\n"),
        Mutation(check: .chunkEnd, text: chunked + "1\r\nab\r\n"),
        Mutation(check: .chunkLine, text: chunked + "1;" + long(9_000)),
    ]

    @Test(arguments: all)
    func `names what is wrong with a request that no endpoint sees`(mutation: Mutation) async throws {
        let server = try await LiveServer.publicServer()
        #expect(try await server.exchange(Self.head()).status == 200)
        #expect(server.provider.decisions.decisions(DecisionQuery(), at: LiveServer.start).isEmpty)
        let answer = try await server.exchange(mutation.text)
        #expect(answer.status >= 400)
        let decisions = server.provider.decisions.decisions(DecisionQuery(), at: LiveServer.start)
        #expect(decisions.map(\.check) == [mutation.check], "\(decisions.map(\.word))")
        let decision = try #require(decisions.first)
        #expect(decision.found == mutation.found)
        #expect(decision.expected.contains(mutation.expected))
        #expect(mutation.expected.isEmpty == decision.expected.isEmpty)
        #expect(!decision.explanation.checked.isEmpty && !decision.explanation.wouldPass.isEmpty)
        try await server.shutDown()
    }

    @Test func `names the host that came, and those that would have passed`() async throws {
        let server = try await LiveServer.publicServer { $0.hosts = ["id.example"] }
        #expect(try await server.exchange(Self.head()).status == 421)
        let decision = try #require(server.provider.decisions.decisions(DecisionQuery(), at: LiveServer.start).first)
        #expect(decision.check == .hostUnknown && decision.found == "a" && decision.expected == "id.example")
        try await server.shutDown()
    }

    @Test func `names the deadline that passed`() async throws {
        let server = try await LiveServer.publicServer { $0.limits.headerDeadline = .milliseconds(200) }
        #expect(try await server.exchange("GET /jwks HTTP/1.1\r\nhost: a\r\n").status == 408)
        let decision = try #require(server.provider.decisions.decisions(DecisionQuery(), at: LiveServer.start).first)
        #expect(decision.check == .requestTimeout && decision.expected.contains("the body within 300 s"))
        try await server.shutDown()
    }
}
