import JOSE
import OAuth
import ResourceServer
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct IssuerDiscoveryTests {
    private let crafted: CraftedIssuer
    private let now = CraftedIssuer.now

    init() throws { crafted = try CraftedIssuer() }

    private func discovery(_ paper: IssuerOnPaper, _ origins: Set<String> = []) -> IssuerDiscovery {
        IssuerDiscovery(issuer: crafted.issuer, transport: paper, allowingEndpointsAt: origins)
    }

    @Test func `judges tokens knowing two names alone`() async throws {
        let paper = IssuerOnPaper(crafted)
        let validator = try AccessTokenValidator(
            issuer: CraftedIssuer.text, resource: CraftedIssuer.resource.rawValue, transport: paper)
        #expect(try await validator.validate(crafted.token(), at: now).subject.rawValue == "u1")
        _ = try await validator.validate(crafted.token([("jti", .string("t2"))]), at: now)
        #expect(await paper.requests.map(\.url).count == 2)
        for (issuer, resource, wrong) in [
            ("http://as.example", "https://a.example", "issuer"), (CraftedIssuer.text, "a#b", "resource"),
        ] {
            let error = #expect(throws: MalformedName.self) {
                try AccessTokenValidator(issuer: issuer, resource: resource, transport: paper)
            }
            #expect(error?.what == wrong)
        }
    }

    /// RFC 8414 §3.3, and no address that would choose keys or get credentials in the name of another.
    @Test(
        arguments: [
            ("issuer", .string("https://as.example/")), ("issuer", .string("https://other.example")), ("issuer", nil),
            ("jwks_uri", nil), ("jwks_uri", .string("https://other.example/jwks")),
            ("jwks_uri", .string("http://as.example/jwks")), ("jwks_uri", .string("https://as.example:444/jwks")),
            ("jwks_uri", .string("https://as.example@other.example/jwks")), ("jwks_uri", .string("/jwks")),
            ("jwks_uri", .string("https://as.example.other.example/jwks")), ("jwks_uri", .integer(1)),
            ("introspection_endpoint", .string("https://other.example/introspect")),
            ("introspection_endpoint", .string("file:///etc/passwd")),
        ] as [(String, JSONValue?)])
    func `believes no metadata with one thing wrong`(member: String, value: JSONValue?) async throws {
        let paper = IssuerOnPaper(crafted, metadata: [(member, value)])
        await #expect(throws: IssuerUnavailable.self) { try await discovery(paper).metadata(at: now) }
        let validator = AccessTokenValidator(discovery(paper), resource: CraftedIssuer.resource)
        let refusal = await #expect(throws: AccessRefusal.self) {
            try await validator.validate(crafted.token(), at: now)
        }
        #expect(refusal?.status == 503)
        #expect(await paper.count("/jwks") == 0)
    }

    @Test func `follows another origin only when told, and http only on loopback`() async throws {
        let other = [("jwks_uri", JSONValue.string("https://keys.example/jwks"))]
        let paper = IssuerOnPaper(crafted, metadata: other)
        let found = try await discovery(paper, ["https://keys.example"]).metadata(at: now)
        #expect(found.keySetURL == "https://keys.example/jwks")
        let near = try #require(Issuer("http://127.0.0.1:8443"))
        let document = IssuerOnPaper.metadata([
            ("issuer", .string(near.rawValue)), ("jwks_uri", .string(near.rawValue + "/jwks")),
            ("introspection_endpoint", nil),
        ])
        #expect(try IssuerMetadata(document.jsonBytes, issuer: near).keySetURL == near.rawValue + "/jwks")
    }

    @Test func `asks at the address of OpenID Discovery where the other is missing`() async throws {
        let paper = IssuerOnPaper(crafted)
        let address = crafted.issuer.origin + crafted.issuer.metadataPath
        let found = try await paper.send(TransportRequest(get: address))
        await paper.answer(address, nil)
        await paper.answer(CraftedIssuer.text + "/.well-known/openid-configuration", found)
        #expect(try await discovery(paper).metadata(at: now).keySetURL == CraftedIssuer.text + "/jwks")
    }

    @Test func `refuses what is no metadata`() async throws {
        let paper = IssuerOnPaper(crafted)
        let address = crafted.issuer.origin + crafted.issuer.metadataPath
        for response in [
            TransportResponse(status: 200, contentType: "text/html", body: IssuerOnPaper.metadata().jsonBytes),
            TransportResponse(status: 302, contentType: "application/json", body: IssuerOnPaper.metadata().jsonBytes),
            TransportResponse(status: 200, contentType: "application/json", body: Array("[]".utf8)),
            TransportResponse(
                status: 200, contentType: "application/json", body: [UInt8](repeating: 0x20, count: 300_000)),
        ] {
            await paper.answer(address, response)
            await #expect(throws: IssuerUnavailable.self) { try await discovery(paper).metadata(at: now) }
        }
    }

    @Test func `is read once for all who wait, and not again at once when it failed`() async throws {
        let paper = IssuerOnPaper(crafted)
        let discovery = discovery(paper)
        let now = now
        await paper.hold()
        let all = Task {
            await withTaskGroup(of: Bool.self) { group in
                for _ in 0..<50 { group.addTask { (try? await discovery.metadata(at: now)) != nil } }
                return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
        }
        try await eventually { await paper.held > 0 }
        await paper.letGo()
        #expect(await all.value == 50)
        #expect(await paper.requests.count == 1)

        await paper.goAway()
        // Old by now; what is known serves for a day.
        #expect(try await discovery.metadata(at: now + .seconds(3600)).issuer == crafted.issuer)
        #expect(try await discovery.metadata(at: now + .seconds(3601)).issuer == crafted.issuer)
        #expect(await paper.requests.count == 2)
        await #expect(throws: IssuerUnavailable.self) { try await discovery.metadata(at: now + .seconds(86_400)) }
        await #expect(throws: IssuerUnavailable.self) { try await discovery.metadata(at: now + .seconds(86_401)) }
        #expect(await paper.requests.count == 3)
        await paper.goAway(false)
        #expect(try await discovery.metadata(at: now + .seconds(86_402)).issuer == crafted.issuer)
    }

    @Test func `keeps the keys as long as their answer says, and while the issuer is away`() async throws {
        let paper = IssuerOnPaper(crafted)
        let validator = AccessTokenValidator(discovery(paper), resource: CraftedIssuer.resource)
        func validates(after seconds: Int64) async throws -> Bool {
            let late = now + .seconds(seconds)
            let token = try crafted.token([
                ("iat", .integer(late.secondsSince1970)), ("exp", .integer((late + .seconds(60)).secondsSince1970)),
            ])
            return (try? await validator.validate(token, at: late)) != nil
        }
        #expect(try await validates(after: 0))
        #expect(try await validates(after: 449))
        #expect(await paper.count("/jwks") == 1)
        await paper.goAway()
        // The server is stopped: known keys go on, for a day and not longer.
        for seconds in [500, 600, 3600, 86_400] as [Int64] { #expect(try await validates(after: seconds)) }
        #expect(try await !validates(after: 600 + 86_400))
    }
}
