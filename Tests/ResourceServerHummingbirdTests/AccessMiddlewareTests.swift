import Hummingbird
import HummingbirdTesting
import JOSE
import Logging
import NIOCore
import OAuth
import ResourceServer
import ResourceServerHummingbird
import Synchronization
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct AccessMiddlewareTests {
    private let key: SigningKey
    private static let resource = "https://api.example/v1"
    private static let now = NumericDate(secondsSince1970: 1_800_000_000)

    init() throws { key = try SigningKey.generate(.ES256) }

    private func token(scope: String, audience: String = resource) throws -> String {
        let claims = JSONObject([
            ("iss", .string("https://as.example")), ("sub", .string("u1")), ("aud", .string(audience)),
            ("client_id", .string("app")), ("jti", .string("t1")), ("scope", .string(scope)),
            ("iat", .integer(Self.now.secondsSince1970)),
            ("exp", .integer((Self.now + .seconds(300)).secondsSince1970)),
        ])
        return try JWTSigner(key, type: "at+jwt").sign(claims.jsonBytes)
    }

    private func application(
        _ keys: any KeySource, _ log: KeptLog? = nil
    ) throws -> Application<RouterResponder<AccessContext>> {
        let issuer = try #require(Issuer("https://as.example"))
        let resource = ResourceIndicator(unchecked: Self.resource)
        let validator = AccessTokenValidator(issuer: issuer, audience: resource, keys: keys)
        let api = ProtectedResource(AccessGuard(validator), resource: resource) { Self.now }
        let router = Router(context: AccessContext.self)
        api.describe(on: router)
        router.get("open") { _, context in context.accessToken == nil ? "nobody" : "somebody" }
        router.group("notes").add(middleware: api.demanding("read"))
            .get { _, context in context.accessToken?.subject.rawValue ?? "nobody" }
        let recent = AccessRule(maxAge: .seconds(60))
        router.group("sign-in").add(middleware: api.demanding(recent)).get { _, _ in "recent" }
        let handler: any LogHandler = if let log { log } else { SwiftLogNoOpLogHandler() }
        return Application(router: router, logger: Logger(label: "test") { _ in handler })
    }

    private func answers(
        _ keys: any KeySource, _ path: String, _ headers: HTTPFields = [:]
    ) async throws -> TestResponse {
        try await application(keys).test(.router) { client in
            try await client.execute(uri: path, method: .get, headers: headers) { $0 }
        }
    }

    private var keys: FixedKeys { FixedKeys(JWKSet(keys: [key.privateJWK.publicKey])) }

    private func bearer(_ token: String) -> HTTPFields { [.authorization: "Bearer " + token] }

    @Test func `lets the holder of a good token in, and hands the token on`() async throws {
        let answer = try await answers(keys, "/notes", bearer(token(scope: "read write")))
        #expect(answer.status == .ok && String(buffer: answer.body) == "u1")
        #expect(String(buffer: try await answers(keys, "/open").body) == "nobody")
    }

    @Test(.requirement("9728-5.1-1", "9728-5.1-2")) func `answers with the challenges of the standards`() async throws {
        let metadata = #"resource_metadata="https://api.example/.well-known/oauth-protected-resource/v1""#
        let none = try await answers(keys, "/notes")
        #expect(none.status == .unauthorized && none.headers[.wwwAuthenticate] == "Bearer " + metadata)
        #expect(none.headers[.cacheControl] == "no-store" && none.body.readableBytes == 0)
        let scope = try await answers(keys, "/notes", bearer(token(scope: "write")))
        #expect(scope.status == .forbidden)
        #expect(scope.headers[.wwwAuthenticate]?.hasSuffix(", " + metadata) == true)
        #expect(scope.headers[.wwwAuthenticate]?.contains(#"error="insufficient_scope""#) == true)
        #expect(scope.headers[.wwwAuthenticate]?.contains(#"scope="read""#) == true)
        let audience = try await answers(keys, "/notes", bearer(token(scope: "read", audience: "https://b.example")))
        #expect(audience.status == .unauthorized)
        #expect(audience.headers[.wwwAuthenticate]?.contains(#"error="invalid_token""#) == true)
        let stepUp = try await answers(keys, "/sign-in", bearer(token(scope: "read")))
        #expect(stepUp.status == .unauthorized)
        #expect(stepUp.headers[.wwwAuthenticate]?.contains(#"max_age="60""#) == true)
        // Never from the address.
        let query = try await answers(keys, "/notes?access_token=" + token(scope: "read"))
        #expect(query.status == .unauthorized)
        var twice: HTTPFields = [:]
        twice[values: .authorization] = ["Bearer " + (try token(scope: "read")), "Bearer x"]
        #expect(try await answers(keys, "/notes", twice).status == .badRequest)
    }

    @Test func `says in the log why, under the name that the caller is told`() async throws {
        let log = KeptLog()
        let old = try token(scope: "write")
        let answer = try await application(keys, log).test(.router) { client in
            try await client.execute(uri: "/notes", method: .get, headers: bearer(old)) { $0 }
        }
        let field = try #require(HTTPFields.Element.Name("X-Request-Id"))
        let name = try #require(answer.headers[field])
        let line = try #require(log.lines.first { $0["message"] == "access refused" })
        #expect(line["hb.request.id"] == name && line["reason"] == "insufficientScope")
        #expect(!"\(line)".contains(old))
    }

    @Test func `says that nobody can judge when the keys cannot be had`() async throws {
        struct Away: Error {}
        let answer = try await answers(KeyCache { throw Away() }, "/notes", bearer(token(scope: "read")))
        #expect(answer.status == .serviceUnavailable && answer.headers[.retryAfter] == "1")
        #expect(answer.headers[.wwwAuthenticate] == nil)
    }

    @Test(.requirement("9728-3.2-1", "9728-3.3-1", "9728-7.10-1")) func `says of itself where to get a token`()
        async throws
    {
        let answer = try await answers(keys, "/.well-known/oauth-protected-resource/v1")
        #expect(answer.status == .ok && answer.headers[.contentType] == "application/json")
        let json = try JSONObject(parsing: Array(answer.body.readableBytesView))
        #expect(json.string("resource") == Self.resource)
        #expect(json.strings("authorization_servers") == ["https://as.example"])
        #expect(answer.headers[.cacheControl] == "public, max-age=3600")
    }
}

/// Keeps what is logged at the level that programs have by default.
private struct KeptLog: LogHandler {
    private final class Lines: Sendable {
        let all = Mutex<[[String: String]]>([])
    }

    private let kept = Lines()
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level = .info

    var lines: [[String: String]] { kept.all.withLock { $0 } }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var line = metadata.merging(event.metadata ?? [:]) { $1 }.mapValues { "\($0)" }
        line["message"] = "\(event.message)"
        kept.all.withLock { [line] in $0.append(line) }
    }
}
