import JOSE
import OAuth
import ResourceServer
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct AccessGuardTests {
    private let crafted: CraftedIssuer
    private let now = CraftedIssuer.now

    init() throws { crafted = try CraftedIssuer() }

    private func refusal(
        _ rule: AccessRule = .anyToken, _ authorization: [String], at time: NumericDate? = nil
    ) async -> AccessRefusal? {
        do {
            _ = try await AccessGuard(crafted.validator()).admit(
                authorization: authorization, rule: rule, at: time ?? now)
            return nil
        } catch { return error }
    }

    private func bearer(_ changes: [(String, JSONValue?)] = []) throws -> [String] {
        ["Bearer " + (try crafted.token(changes).revealedValue)]
    }

    /// RFC 6750 §3.1: without a token no error is named.
    @Test func `asks for a token without naming an error`() async throws {
        for values in [[], ["Basic YTpi"], [""], ["Bearerx abc"]] {
            let found = await refusal(.anyToken, values)
            #expect(found == .noToken && found?.status == 401 && found?.challenge() == "Bearer")
        }
    }

    @Test(arguments: [
        ["Bearer"], ["Bearer "], ["Bearer a b"], ["Bearer a,b"], ["Bearer a\u{e9}"], ["Bearer =a"], ["Bearer \"a\""],
        ["Bearer a", "Bearer b"], ["Basic YTpi", "Bearer a"],
        ["Bearer " + String(repeating: "a", count: BearerTokenReader.maximumBytes + 1)],
    ])
    func `refuses a field that is not one token`(values: [String]) async throws {
        let found = await refusal(.anyToken, values)
        #expect(found?.status == 400)
        #expect(found?.challenge()?.hasPrefix(#"Bearer error="invalid_request", error_description=""#) == true)
    }

    /// The way of a token that was seen before is shorter, and must be no wider.
    @Test func `refuses a field that is not one token also while its token is remembered`() async throws {
        let token = try crafted.token().revealedValue
        var opened = AccessGuard(crafted.validator())
        opened.reader.readsQuery = true
        _ = try await opened.admit(authorization: ["Bearer \(token)"], at: now)
        #expect(opened.rememberedTokens == 1)
        for values in [
            ["Bearer \(token)", "Bearer \(token)"], ["Bearer \(token) "], ["Bearer \(token),"], ["Bearer\t\(token)"],
            ["Basic \(token)"], ["Bearer\(token)"], ["Bearer \(token)="], ["bear \(token)"], ["bearers \(token)"],
        ] {
            await #expect(throws: AccessRefusal.self) { try await opened.admit(authorization: values, at: now) }
        }
        await #expect(throws: AccessRefusal.self) {
            try await opened.admit(authorization: ["Bearer \(token)"], query: "access_token=\(token)", at: now)
        }
        _ = try await opened.admit(authorization: ["bEARER   \(token)"], query: "a=b", at: now)
        await #expect(throws: AccessRefusal.invalidToken(.expired)) {
            try await opened.admit(authorization: ["Bearer \(token)"], at: now + .seconds(1000))
        }
        #expect(opened.rememberedTokens == 1)
    }

    @Test func `reads the scheme in any case`() async throws {
        let token = try crafted.token().revealedValue
        #expect(await refusal(.anyToken, ["bEARER  " + token]) == nil)
    }

    @Test func `reads form and query only when told, and never two tokens`() async throws {
        let token = try crafted.token().revealedValue
        var opened = AccessGuard(crafted.validator())
        await #expect(throws: AccessRefusal.noToken) {
            try await opened.admit(
                authorization: [], query: "access_token=\(token)", form: Array("access_token=\(token)".utf8), at: now)
        }
        opened.reader.readsQuery = true
        opened.reader.readsForm = true
        #expect(
            try await opened.admit(authorization: [], query: "a=1&access_token=\(token)", at: now).clientID?.rawValue
                == "app")
        #expect(
            try await opened.admit(authorization: [], form: Array("access_token=\(token)".utf8), at: now).scope
                .contains("read"))
        for (values, query, form) in [
            (["Bearer \(token)"], "access_token=\(token)", nil),
            ([], "access_token=\(token)&access_token=\(token)", nil),
            ([], "access_token=\(token)", "access_token=\(token)"),
            ([], "access%5Ftoken=\(token)&access_token=\(token)", nil),
        ] as [([String], String?, String?)] {
            let found = await #expect(throws: AccessRefusal.self) {
                try await opened.admit(authorization: values, query: query, form: form.map { Array($0.utf8) }, at: now)
            }
            #expect(found?.status == 400)
        }
    }

    @Test func `names the scopes that are missing`() async throws {
        let rule = AccessRule(scope: Scope(unchecked: ["read", "admin"]))
        let found = await refusal(rule, try bearer())
        #expect(found == .insufficientScope(rule.scope) && found?.status == 403)
        #expect(
            found?.challenge() == #"Bearer error="insufficient_scope", error_description="#
                + #""the access token does not allow this", scope="read admin""#)
        #expect(await refusal(AccessRule(scope: Scope(unchecked: ["write"])), try bearer()) == nil)
    }

    /// RFC 9470 §3 and §4
    @Test(.requirement("9470-3-1", "9470-3-2", "9470-3-3", "9470-6.1-2")) func `asks for a better or a newer sign-in`()
        async throws
    {
        let strong = AccessRule(contextClasses: ["3", "4"])
        let found = await refusal(strong, try bearer())
        #expect(found?.status == 401)
        #expect(found?.challenge()?.contains(#"error="insufficient_user_authentication""#) == true)
        #expect(found?.challenge()?.hasSuffix(#"acr_values="3 4""#) == true)
        #expect(await refusal(AccessRule(contextClasses: ["1", "2"]), try bearer()) == nil)
        #expect(await refusal(strong, try bearer([("acr", nil)])) != nil)

        let recent = AccessRule(maxAge: .seconds(60))
        #expect(await refusal(recent, try bearer())?.challenge()?.hasSuffix(#"max_age="60""#) == true)
        #expect(await refusal(AccessRule(maxAge: .seconds(100)), try bearer()) == nil)
        #expect(await refusal(recent, try bearer([("auth_time", nil)])) != nil)
        let future = JSONValue.integer((now + .seconds(31)).secondsSince1970)
        #expect(await refusal(recent, try bearer([("auth_time", future)])) != nil)
    }

    @Test func `tells the holder of a bad token nothing but that`() async throws {
        let expired = await refusal(.anyToken, try bearer(), at: now + .seconds(1000))
        #expect(expired?.challenge() == #"Bearer error="invalid_token", error_description="the access token expired""#)
        let texts = Set(
            [
                await refusal(.anyToken, try bearer([("aud", .string("https://b.example"))])),
                await refusal(.anyToken, try bearer([("iss", .string("https://b.example"))])),
                await refusal(.anyToken, ["Bearer abc"]),
            ].map { $0?.challenge() ?? "" })
        #expect(texts == [#"Bearer error="invalid_token", error_description="the access token is not valid here""#])
    }

    @Test(
        .requirement(
            "9728-2-1", "9728-2-2", "9728-2-4", "9728-2-5", "9728-2-7", "9728-3-1", "9728-3-2", "9728-3.1-1",
            "9728-3.2-2", "9728-3.3-1")) func `points to the description of the resource`() async throws
    {
        let address = try #require(ProtectedResourceMetadata.Address(of: CraftedIssuer.resource))
        #expect(address.url == "https://api.example/.well-known/oauth-protected-resource")
        #expect(AccessRefusal.noToken.challenge(metadata: address) == #"Bearer resource_metadata="\#(address.url)""#)
        let nested = ProtectedResourceMetadata.Address(of: ResourceIndicator(unchecked: "https://a.example:8443/v1/x"))
        #expect(nested?.url == "https://a.example:8443/.well-known/oauth-protected-resource/v1/x")
        let ended = ProtectedResourceMetadata.Address(of: ResourceIndicator(unchecked: "https://a.example/v1/"))
        #expect(ended?.url == "https://a.example/.well-known/oauth-protected-resource/v1/")
        #expect(ProtectedResourceMetadata.Address(of: ResourceIndicator(unchecked: "urn:example:api")) == nil)
        var metadata = ProtectedResourceMetadata(
            resource: CraftedIssuer.resource, authorizationServers: [crafted.issuer])
        #expect(!String(decoding: metadata.json, as: UTF8.self).contains("scopes_supported"))
        metadata.scope = Scope(unchecked: ["read"])
        #expect(
            String(decoding: metadata.json, as: UTF8.self)
                == #"{"resource":"https://api.example/","authorization_servers":["https://as.example"],"#
                + #""scopes_supported":["read"],"bearer_methods_supported":["header"]}"#)
        metadata.name = "Notes"
        #expect(try JSONObject(parsing: metadata.json).string("resource_name") == "Notes")
    }

    @Test func `text from a rule cannot end a value of the challenge`() {
        let rule = Scope(unchecked: ["a\"b\\c\r\nX: 1"])
        let challenge = AccessRefusal.insufficientScope(rule).challenge() ?? ""
        #expect(challenge.hasSuffix(#"scope="abcX: 1""#))
    }

    @Test func `a token checked before is judged anew by time, rule and keys`() async throws {
        let download = CraftedDownload(crafted.keySet, lifetime: .seconds(60))
        let once = AccessGuard(
            crafted.validator(download.cache()), memory: TokenMemory(lifetime: .seconds(200)))
        let values = try bearer()
        for _ in 0..<3 { _ = try await once.admit(authorization: values, at: now) }
        await #expect(throws: AccessRefusal.insufficientScope(Scope(unchecked: ["x"]))) {
            try await once.admit(authorization: values, rule: AccessRule(scope: Scope(unchecked: ["x"])), at: now)
        }
        await #expect(throws: AccessRefusal.invalidToken(.expired)) {
            try await once.admit(authorization: values, at: now + .seconds(330))
        }
        await #expect(throws: AccessRefusal.invalidToken(.fromTheFuture)) {
            try await once.admit(authorization: values, at: now - .seconds(31))
        }
        // The issuer distrusts the key: once the new key set is there, what was proved with the old one is nothing.
        let other = try SigningKey.generate(.ES256)
        download.publish(JWKSet(keys: [other.privateJWK.publicKey]), lifetime: .seconds(60))
        _ = try? await once.admit(
            authorization: ["Bearer " + (try crafted.token(key: other).revealedValue)], at: now + .seconds(70))
        await #expect(throws: AccessRefusal.invalidToken(.unknownKey)) {
            try await once.admit(authorization: values, at: now + .seconds(71))
        }
    }

    @Test func `a token is remembered no longer than told, also by a clock that goes back`() async throws {
        let keys = CountedKeys(crafted.keySet)
        let once = AccessGuard(crafted.validator(keys), memory: TokenMemory(lifetime: .seconds(60)))
        let values = try bearer()
        for (seconds, count) in [(100, 1), (159, 1), (160, 2), (219, 2), (90, 3), (149, 3), (150, 4)] {
            _ = try await once.admit(authorization: values, at: now + .seconds(seconds))
            #expect(keys.count == count, "\(seconds)")
        }
    }

    @Test func `many tokens do not fill the memory, and each keeps its own answer`() async throws {
        let small = AccessGuard(crafted.validator(), memory: TokenMemory(tokens: 8))
        let tokens = try (0..<40).map { try bearer([("jti", .string("t\($0)"))]) }
        for _ in 0..<2 {
            for (index, values) in tokens.enumerated() {
                let token = try await small.admit(authorization: values, at: now)
                #expect(token.tokenID?.rawValue == "t\(index)")
                #expect(small.rememberedTokens >= 1 && small.rememberedTokens <= 8)
            }
        }
        #expect(small.rememberedTokens >= 4)
        let forgetful = AccessGuard(crafted.validator(), memory: TokenMemory(tokens: 0))
        _ = try await forgetful.admit(authorization: tokens[0], at: now)
        #expect(forgetful.rememberedTokens == 0)
    }
}
