import AuthorizationServer
import JOSE
import OAuth
import Storage
import StorageTesting
import Testing

/// Honey keys at endpoints where no key is ever good.
@Suite struct `A honey key` {
    private static let start = KeyHolders.start

    /// Where a key may be shown that is not looked at as one.
    enum Place: CaseIterable {
        case userInfo, revocation, foreignRevocation, introspectionByClient, introspectionByStranger
        case exchangeByStranger, exchangeWithoutGrantType

        /// As the audit log names the endpoint.
        var endpoint: String {
            switch self {
            case .userInfo: "userinfo"
            case .revocation, .foreignRevocation: "revocation"
            case .introspectionByClient, .introspectionByStranger: "introspection"
            case .exchangeByStranger, .exchangeWithoutGrantType: "token"
            }
        }
    }

    /// What the place answers, in a word; it says nothing of the key.
    private static func show(_ key: Secret, at place: Place, _ holders: KeyHolders) async throws -> String {
        let (provider, caller) = (holders.provider, Issuance.caller)
        let stranger = try Issuance.basic("svc", Secret("tsc_wrong"))
        let presented = try PresentedToken(Issuance.form("token=\(key.revealedValue)"))
        do {
            switch place {
            case .userInfo:
                _ = try await provider.userInfo(key, caller: caller, at: start)
            case .revocation:
                return try await provider.revoke(
                    presented, from: Issuance.basic("svc"), caller: caller, at: start
                ).facts.decision
            case .foreignRevocation:
                _ = try await provider.revoke(presented, from: stranger, caller: caller, at: start)
            case .introspectionByClient:
                return try await provider.introspect(
                    presented, from: Issuance.basic("svc"), caller: caller, at: start
                ).facts.decision
            case .introspectionByStranger:
                _ = try await provider.introspect(presented, from: stranger, caller: caller, at: start)
            case .exchangeByStranger:
                _ = try await provider.token(
                    .tokenExchange(TokenExchangeParameters(subjectToken: key)), from: stranger, caller: caller,
                    at: start)
            case .exchangeWithoutGrantType:
                _ = try await provider.token(
                    .tokenExchange(TokenExchangeParameters(subjectToken: key)),
                    from: ClientCredentials(authorization: nil, form: Issuance.form("client_id=shop")),
                    caller: caller, at: start)
            }
            return "accepted"
        } catch let rejection as Rejection { return rejection.reason }
    }

    @Test(arguments: Place.allCases)
    func `alarms wherever it is shown, once, and the answer is that to every other key`(place: Place) async throws {
        let holders = try await KeyHolders()
        let honey = try await holders.honey()
        let answer = try await Self.show(honey.secret, at: place, holders)
        #expect(holders.provider.alarmCounts == [.honeyKeyUsed: 1])
        let events = try await holders.people.events("api_key.honey_used")
        #expect(events.map(\.count) == [1] && events.map(\.target) == ["api_key:\(honey.stored.id)"])
        #expect(events.map(\.detail) == ["api_key_honey: \(place.endpoint)"])
        #expect(events.map(\.address) == ["192.0.2.1"])
        // Neither an ordinary key nor an invented one says more, nor alarms anybody.
        let ordinary = try await holders.key()
        let (unknown, damaged) = (APIKeyText.make(from: .system).secret, Secret(honey.secret.revealedValue + "A"))
        for other in [ordinary.secret, unknown, damaged] {
            #expect(try await Self.show(other, at: place, holders) == answer)
        }
        #expect(holders.provider.alarmCounts == [.honeyKeyUsed: 1])
    }

    @Test func `has its mail from there too`() async throws {
        var policy = ServerPolicy()
        policy.apiKeys.alarms.mail = LoginName("security@mail.example")
        let holders = try await KeyHolders(policy: policy)
        _ = try await Self.show(try await holders.honey().secret, at: .userInfo, holders)
        #expect(await holders.provider.deliverAlarms(at: Self.start).isEmpty)
        _ = await holders.provider.deliverMail(at: Self.start)
        #expect(holders.people.mailbox.mails.map(\.recipient.rawValue) == ["security@mail.example"])
    }
}
