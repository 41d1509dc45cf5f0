import AuthorizationServer
import JOSE
import OAuth
import Storage
import Synchronization
import TestSupport
import Testing

/// Does something at the moment in which a token is being made.
final class Interruption: Sendable {
    private let action = Mutex<(left: Int, perform: (@Sendable () -> Void)?)>((0, nil))

    func arm(times: Int = 1, _ action: @escaping @Sendable () -> Void) {
        self.action.withLock { $0 = (times, action) }
    }

    var secrets: SecretGenerator {
        SecretGenerator { count in
            let action = self.action.withLock { action in
                action.left -= 1
                return action.left >= 0 ? action.perform : nil
            }
            action?()
            return SecretGenerator.system.bytes(count)
        }
    }
}

@Suite struct `A token in the making` {
    private let event = AuditEvent(at: Issuance.start, action: "t", actor: "t")

    @Test func `does not outlive a permission that is narrowed at that moment`() async throws {
        let interruption = Interruption()
        let issuance = try await Issuance(secrets: interruption.secrets)
        let provider = issuance.provider
        _ = try await issuance.token()
        let grant = try #require(
            try await issuance.store.standingGrant(of: ClientID(unchecked: "svc"), at: Issuance.jwtAPI))
        var narrower = grant
        narrower.scope = Scope(unchecked: ["read"])
        guard
            case .given(_, let epochs) = try await issuance.store.permit(
                narrower, advancing: [.grant(grant.id)], recording: event)
        else { return #expect(Bool(false), "not permitted") }
        interruption.arm {
            provider.registry.forgetGrants(of: grant.client)
            provider.revocations.apply(epochs, at: Issuance.start)
        }
        let response = try await issuance.token()
        #expect(response.scope == Scope(unchecked: ["read"]))
        #expect(try await issuance.isActive(response.accessToken))
    }

    @Test func `is tried as often as the policy says, and then given up`() async throws {
        let interruption = Interruption()
        var policy = ServerPolicy()
        policy.tokenAttempts = 3
        let issuance = try await Issuance(policy: policy, secrets: interruption.secrets)
        let provider = issuance.provider
        let client = ClientID(unchecked: "svc")
        interruption.arm(times: 2) { provider.registry.forgetGrants(of: client) }
        #expect(try await issuance.token().expiresIn == 300)
        interruption.arm(times: 3) { provider.registry.forgetGrants(of: client) }
        await #expect(throws: StoreError.busy) { try await issuance.token() }
    }

    @Test func `is not made again because others are changed`() async throws {
        let interruption = Interruption()
        var policy = ServerPolicy()
        policy.tokenAttempts = 1
        let issuance = try await Issuance(policy: policy, secrets: interruption.secrets)
        let registry = issuance.provider.registry
        interruption.arm {
            registry.forgetClient(ClientID(unchecked: "other"))
            registry.forgetGrants(of: ClientID(unchecked: "other"))
            registry.forgetResource(ClientID(unchecked: "payments"), identifier: Issuance.opaqueAPI)
        }
        #expect(try await issuance.token().expiresIn == 300)
        let changes: [@Sendable () -> Void] = [
            { registry.forgetClient(ClientID(unchecked: "svc")) },
            { registry.forgetResource(ClientID(unchecked: "orders"), identifier: Issuance.jwtAPI) },
        ]
        for change in changes {
            interruption.arm(change)
            await #expect(throws: StoreError.busy) { try await issuance.token() }
        }
    }

    @Test func `is made again when too many were changed to remember which`() async throws {
        let interruption = Interruption()
        var policy = ServerPolicy()
        policy.tokenAttempts = 1
        policy.registryCapacity = 4
        let issuance = try await Issuance(policy: policy, secrets: interruption.secrets)
        let registry = issuance.provider.registry
        interruption.arm {
            registry.forgetGrants(of: ClientID(unchecked: "svc"))
            for index in 0..<20 { registry.forgetClient(ClientID(unchecked: "other-\(index)")) }
        }
        await #expect(throws: StoreError.busy) { try await issuance.token() }
    }

    @Test func `is not given to a client that is disabled at that moment`() async throws {
        let interruption = Interruption()
        let issuance = try await Issuance(secrets: interruption.secrets)
        let provider = issuance.provider
        _ = try await issuance.token()
        var client = try #require(try await issuance.store.client(ClientID(unchecked: "svc")))
        client.isEnabled = false
        guard
            case .done(let epochs) = try await issuance.store.update(
                client, advancing: [.client(client.id)], recording: event)
        else { return #expect(Bool(false), "not updated") }
        interruption.arm { [id = client.id] in
            provider.registry.forgetClient(id)
            provider.revocations.apply(epochs, at: Issuance.start)
        }
        await #expect(throws: Rejection.clientDisabled(client.id)) { try await issuance.token() }
    }
}
