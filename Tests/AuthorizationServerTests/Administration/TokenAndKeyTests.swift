import AuthorizationServer
import JOSE
import OAuth
import Storage
import Testing

@Suite struct `Tokens and keys in the hands of an administrator` {
    private static let at = Issuance.start

    @Test func `inspects live, dead and foreign tokens`() async throws {
        let issuance = try await Issuance()
        let administration = Administration(provider: issuance.provider)
        let jwt = try await issuance.token().accessToken
        let opaque = try await issuance.token(resource: Issuance.opaqueAPI).accessToken
        let live = try administration.inspect(jwt, by: .root, at: Self.at)
        #expect(live.fault == nil && live.format == "jwt" && live.claims?.clientID.rawValue == "svc")
        #expect(live.keyID == issuance.provider.keyRing.snapshot.signer(.ES256, at: Self.at)?.record.id)
        let other = try administration.inspect(opaque, by: .root, at: Self.at)
        #expect(other.fault == nil && other.format == "opaque" && other.keyID != nil)
        let later = try administration.inspect(jwt, by: .root, at: Self.at + .seconds(301))
        #expect(later.fault == .expired && later.claims != nil)
        for nonsense in ["", "x", "a.b.c", "tsa_", "tsa_x", String(repeating: ".", count: 100)] {
            let result = try administration.inspect(Secret(nonsense), by: .root, at: Self.at)
            #expect(result.fault != nil && result.claims == nil)
        }
    }

    @Test func `ends one token, given itself or by its identifier`() async throws {
        let issuance = try await Issuance()
        let administration = Administration(provider: issuance.provider)
        let first = try await issuance.token().accessToken
        let ended = try await administration.revoke(.token(first), by: .root, at: Self.at)
        #expect(ended.isEnded)
        #expect(try await !issuance.isActive(first))
        #expect(try await administration.revoke(.token(first), by: .root, at: Self.at).isEnded == false)
        let second = try await issuance.token().accessToken
        let claims = try #require(try administration.inspect(second, by: .root, at: Self.at).claims)
        _ = try await administration.revoke(
            .identifier(claims.tokenID, until: claims.expiresAt), by: .root, at: Self.at)
        #expect(try await !issuance.isActive(second))
        #expect(try await issuance.events("token.revoked").count == 2)
        #expect(
            await problemFields { _ = try await administration.revoke(.token(Secret("x")), by: .root, at: Self.at) }
                == ["token"])
        for until in [Self.at, Self.at + .seconds(90_000), NumericDate(secondsSince1970: Int64.max)] {
            let id = RevokedToken.identifier(TokenID(unchecked: "t"), until: until)
            #expect(
                await problemFields { _ = try await administration.revoke(id, by: .root, at: Self.at) } == [
                    "expires_at"
                ])
        }
    }

    @Test func `distrusts a key once and for all and retires one that is in use`() async throws {
        let issuance = try await Issuance()
        let administration = Administration(provider: issuance.provider)
        let token = try await issuance.token().accessToken
        let key = try #require(issuance.provider.keyRing.snapshot.signer(.ES256, at: Self.at)?.record.id)
        let distrusted = try await administration.distrustKey(key, by: .root, at: Self.at)
        #expect(distrusted.stage(at: Self.at) == "distrusted")
        #expect(try await !issuance.isActive(token))
        #expect(try await issuance.isActive(try await issuance.token().accessToken))
        _ = try await administration.distrustKey(key, by: .root, at: Self.at)
        #expect(try await issuance.events("key.distrusted").count == 1)
        guard case .conflict? = await refusal({ _ = try await administration.retireKey(key, by: .root, at: Self.at) })
        else {
            Issue.record("a distrusted key was retired")
            return
        }
        let successor = try #require(issuance.provider.keyRing.snapshot.signer(.ES256, at: Self.at)?.record.id)
        let second = try await issuance.token().accessToken
        let retired = try await administration.retireKey(successor, by: .root, at: Self.at)
        let end = try #require(retired.retiredAt)
        #expect(retired.stage(at: end - .seconds(1)) == "active" && retired.stage(at: end) == "retired")
        #expect(try await issuance.isActive(second))
        #expect(
            await refusal { _ = try await administration.retireKey(KeyID(unchecked: "no"), by: .root, at: Self.at) }
                == .missing("key"))
    }

    @Test func `rotates one purpose or all`() async throws {
        let administration = Administration(provider: try await Issuance().provider)
        #expect(try await administration.rotateKeys(for: .sealing, by: .root, at: Self.at).count == 4)
        #expect(try await administration.rotateKeys(for: nil, by: .root, at: Self.at).count == 7)
    }

    @Test func `shows the audit log and the status in pages of bounded size`() async throws {
        let issuance = try await Issuance()
        let administration = Administration(provider: issuance.provider)
        for limit in [0, -1, 1001, Int.max] {
            #expect(
                await problemFields {
                    _ = try await administration.audit(AuditQuery(limit: limit), by: .root, at: Self.at)
                } == ["limit"])
            #expect(
                await problemFields {
                    _ = try await administration.clients(after: nil, limit: limit, by: .root, at: Self.at)
                } == ["limit"])
        }
        let status = try await administration.status(by: .root, at: Self.at)
        #expect(status.clients == 1 && status.resources == 3 && status.keys.count == 3)
    }
}
