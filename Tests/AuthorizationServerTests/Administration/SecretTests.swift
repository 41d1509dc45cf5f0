import AuthorizationServer
import JOSE
import OAuth
import Storage
import Testing

@Suite struct `Secrets of clients and resources` {
    private static let at = Issuance.start
    private static let svc = ClientID(unchecked: "svc")

    @Test func `are two at most, both accepted`() async throws {
        let issuance = try await Issuance()
        let administration = Administration(provider: issuance.provider)
        let new = try await administration.addClientSecret(Self.svc, endingOthersIn: nil, by: .root, at: Self.at)
        _ = try await issuance.token()
        _ = try await issuance.token(credentials: try Issuance.basic("svc", new.secret))
        guard
            case .conflict? = await refusal({
                _ = try await administration.addClientSecret(Self.svc, endingOthersIn: 60, by: .root, at: Self.at)
            })
        else {
            Issue.record("a third secret was made")
            return
        }
        try await administration.removeClientSecret(new.stored.id, of: Self.svc, by: .root, at: Self.at)
        await #expect(throws: Rejection.clientSecretWrong(Self.svc)) {
            _ = try await issuance.token(credentials: try Issuance.basic("svc", new.secret))
        }
        #expect(
            await refusal {
                try await administration.removeClientSecret(new.stored.id, of: Self.svc, by: .root, at: Self.at)
            } == .missing("secret"))
    }

    @Test func `overlap for as long as was asked and no longer`() async throws {
        let issuance = try await Issuance()
        let administration = Administration(provider: issuance.provider)
        let new = try await administration.addClientSecret(Self.svc, endingOthersIn: 60, by: .root, at: Self.at)
        _ = try await issuance.token(at: Self.at + .seconds(59))
        await #expect(throws: Rejection.clientSecretWrong(Self.svc)) {
            _ = try await issuance.token(at: Self.at + .seconds(60))
        }
        _ = try await issuance.token(
            credentials: try Issuance.basic("svc", new.secret), at: Self.at + .seconds(60))
        // The one that has ended makes room.
        _ = try await administration.addClientSecret(
            Self.svc, endingOthersIn: nil, by: .root, at: Self.at + .seconds(60))
        #expect(try await issuance.store.client(Self.svc)?.credentials.secrets.count == 2)
    }

    @Test func `end at once with an overlap of nothing`() async throws {
        let issuance = try await Issuance()
        let administration = Administration(provider: issuance.provider)
        _ = try await administration.addClientSecret(Self.svc, endingOthersIn: nil, by: .root, at: Self.at)
        let new = try await administration.addClientSecret(Self.svc, endingOthersIn: 0, by: .root, at: Self.at)
        await #expect(throws: Rejection.clientSecretWrong(Self.svc)) { _ = try await issuance.token() }
        _ = try await issuance.token(credentials: try Issuance.basic("svc", new.secret))
    }

    @Test(arguments: [-1, 2_592_001, Int64.min, Int64.max])
    func `overlap within bounds`(seconds: Int64) async throws {
        let administration = Administration(provider: try await Issuance().provider)
        #expect(
            await problemFields {
                _ = try await administration.addClientSecret(Self.svc, endingOthersIn: seconds, by: .root, at: Self.at)
            } == ["expires_old_in"])
    }

    @Test func `belong to methods that use them`() async throws {
        let keys = JWKSet(keys: [try SigningKey.generate(.ES256).verificationKey.jwk])
        let issuance = try await Issuance(clientMethod: .privateKeyJWT, keySet: keys)
        let administration = Administration(provider: issuance.provider)
        guard
            case .conflict? = await refusal({
                _ = try await administration.addClientSecret(Self.svc, endingOthersIn: nil, by: .root, at: Self.at)
            })
        else {
            Issue.record("a client of keys got a secret")
            return
        }
    }

    @Test func `of a resource rotate in the same way`() async throws {
        let issuance = try await Issuance()
        let administration = Administration(provider: issuance.provider)
        let orders = ClientID(unchecked: "orders")
        let token = try await issuance.token().accessToken
        _ = try await administration.addResourceSecret(orders, endingOthersIn: 0, by: .root, at: Self.at)
        await #expect(throws: Rejection.clientSecretWrong(orders)) { _ = try await issuance.isActive(token) }
        #expect(try await issuance.events("resource.secret_added").count == 1)
    }
}
