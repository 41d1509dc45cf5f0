import AuthorizationServer
import Hummingbird
import HummingbirdTesting
import JOSE
import Logging
import OAuth
import OAuthTransport
import ResourceServer
import ResourceServerHummingbird
import ServiceLifecycle
import Testing

import struct ServerHTTP.JSONLogHandler
import struct Storage.EndedToken

/// Reaches the issuer of a test where it listens.
private struct Nearby: HTTPTransport, HTTPStreamTransport {
    let transport: AsyncHTTPTransport
    let issuer: String
    let home: String

    func send(_ request: TransportRequest) async throws -> TransportResponse { try await transport.send(near(request)) }

    func open(_ request: TransportRequest) async throws -> TransportStream { try await transport.open(near(request)) }

    private func near(_ request: TransportRequest) -> TransportRequest {
        var near = request
        near.url = home + String(request.url.dropFirst(issuer.count))
        return near
    }
}

private let audience = ResourceIndicator(unchecked: "https://orders.example")

/// The kit for Hummingbird with a real server over real connections.
@Suite(.timeLimit(.minutes(5))) struct `An API in ten lines` {
    /// A server that issues JWTs, and what somebody needs who trusts it.
    private struct Issuing {
        let server: LiveServer
        let transport: AsyncHTTPTransport
        let log = CapturedLines()

        init() async throws {
            server = try await LiveServer.publicServer(format: .jwt)
            transport = try AsyncHTTPTransport(timeLimit: .seconds(60), idleLimit: .seconds(300))
        }

        func api(registered: Bool, mode: StaleMode = .refuse) throws -> ProtectedResource {
            let issuer = server.provider.issuer.rawValue
            let registration = ResourceRegistration(id: ClientID(unchecked: "orders"), secret: LiveServer.secret)
            return try ProtectedResource(
                issuer: issuer, resource: audience.rawValue, registration: registered ? registration : nil,
                revocations: RevocationPolicy(mode: mode, bound: .seconds(3600)),
                transport: Nearby(transport: transport, issuer: issuer, home: "http://127.0.0.1:\(server.port)"),
                logger: logger
            ) { LiveServer.start }
        }

        /// With the API among its services, or forgotten.
        func application(
            _ api: ProtectedResource, services: [any Service]
        ) -> Hummingbird.Application<RouterResponder<AccessContext>> {
            let router = Router(context: AccessContext.self)
            api.describe(on: router)
            router.group("notes").add(middleware: api.demanding("read")).get { _, _ in "notes" }
            return Hummingbird.Application(router: router, services: services, logger: logger)
        }

        private var logger: Logger {
            let log = log
            return Logger(label: "test") { label in
                JSONLogHandler(label: label, level: .trace, now: { LiveServer.start }, write: { log.append($0) })
            }
        }

        func count(_ text: String) -> Int { log.lines.count { $0.contains(text) } }

        func token() async throws -> Secret {
            let credentials = try ClientCredentials(
                authorization: RequestText.basic, form: FormParameters(Array("".utf8)))
            return try await server.provider.token(
                .clientCredentials(ClientCredentialsParameters(scope: nil, resource: audience)), from: credentials,
                caller: Caller(address: "192.0.2.1", requestID: "r1"), at: LiveServer.start
            ).response.accessToken
        }

        func revoke(_ token: Secret) throws {
            let claims = try server.provider.reader.genuine(token)
            server.provider.revocations.revoke(
                claims.tokenID, EndedToken(until: claims.expiresAt + .seconds(60), audience: claims.audience))
        }

        /// What the server does about once a second.
        func deliver() { server.provider.revocations.feed.deliver(at: LiveServer.start) }

        func end() async throws {
            try await transport.shutdown()
            try await server.shutDown()
        }
    }

    private static func status(_ client: any TestClientProtocol, _ token: Secret) async throws -> HTTPResponse.Status {
        let headers: HTTPFields = [.authorization: "Bearer " + token.revealedValue]
        return try await client.execute(uri: "/notes", method: .get, headers: headers) { $0.status }
    }

    @Test func `follows the revocations while it runs, and refuses a JWT that was revoked`() async throws {
        let issuing = try await Issuing()
        let (good, ended) = (try await issuing.token(), try await issuing.token())
        let api = try issuing.api(registered: true)
        try await issuing.application(api, services: [api]).test(.router) { client in
            while api.revocationState?.isCurrent != true {
                issuing.deliver()
                try await Task.sleep(for: .milliseconds(1))
            }
            for token in [good, ended] { #expect(try await Self.status(client, token) == .ok) }
            try issuing.revoke(ended)
            issuing.deliver()
            while try await Self.status(client, ended) == .ok { try await Task.sleep(for: .milliseconds(1)) }
            #expect(try await Self.status(client, ended) == .unauthorized)
            #expect(try await Self.status(client, good) == .ok)
        }
        #expect(issuing.count("revocations are not followed") == 0)
        try await issuing.end()
    }

    @Test(arguments: [(StaleMode.refuse, HTTPResponse.Status.serviceUnavailable), (.acceptUntilExpiry, .ok)])
    func `does what its mode says when nobody runs it, and says so once`(
        mode: StaleMode, status: HTTPResponse.Status
    ) async throws {
        let issuing = try await Issuing()
        let token = try await issuing.token()
        let api = try issuing.api(registered: true, mode: mode)
        try await issuing.application(api, services: []).test(.router) { client in
            issuing.deliver()
            for _ in 0..<3 {
                let answered = try await Self.status(client, token)
                #expect(answered == status)
            }
        }
        #expect(issuing.count("revocations are not followed") == 1)
        #expect(api.revocationState?.age == nil)
        try await issuing.end()
    }

    @Test func `judges by signatures alone without a registration, also when the issuer has stopped`() async throws {
        let issuing = try await Issuing()
        let (first, revoked) = (try await issuing.token(), try await issuing.token())
        let api = try issuing.api(registered: false)
        #expect(api.revocationState == nil)
        // Among the services it waits for the end like any other.
        try await issuing.application(api, services: [api]).test(.router) { client in
            #expect(try await Self.status(client, first) == .ok)
            try issuing.revoke(revoked)
            issuing.deliver()
            try await issuing.server.shutDown()
            #expect(try await Self.status(client, revoked) == .ok)
            #expect(try await Self.status(client, Secret(first.revealedValue + "x")) == .unauthorized)
        }
        #expect(issuing.count("revocations are not followed") == 0)
        try await issuing.transport.shutdown()
    }

    @Test func `refuses names and credentials that are none`() async throws {
        #expect(throws: MalformedName(what: "id")) { try ResourceRegistration(id: "", secret: "s") }
        #expect(throws: MalformedName(what: "secret")) { try ResourceRegistration(id: "notes", secret: "") }
        let transport = try AsyncHTTPTransport()
        #expect(throws: MalformedName(what: "issuer")) {
            try ProtectedResource(issuer: "id.example", resource: "https://a.example", transport: transport) {
                LiveServer.start
            }
        }
        #expect(throws: MalformedName(what: "resource")) {
            try ProtectedResource(issuer: "https://id.example", resource: "#", transport: transport) {
                LiveServer.start
            }
        }
        try await transport.shutdown()
    }
}
