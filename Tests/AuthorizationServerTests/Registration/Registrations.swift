import AuthorizationServer
import JOSE
import OAuth
import Storage
import StorageTesting
import Testing

/// An issuer at which clients register themselves, as tests about that need it.
struct Registrations: Sendable {
    static let caller = Caller(address: "192.0.2.7", requestID: "r1")
    static let plain = #"{"redirect_uris":["https://app.example/cb"],"client_name":"App"}"#

    let people: People
    var provider: OpenIDProvider { people.provider }

    init(isOpen: Bool = false, change: (inout RegistrationPolicy) -> Void = { _ in }) async throws {
        var policy = ServerPolicy()
        policy.registration.isEnabled = true
        policy.registration.isOpen = isOpen
        change(&policy.registration)
        people = try await People(policy: policy)
    }

    func initialAccess(uses: Int64 = 1) async throws -> Secret {
        try await people.administration.createInitialAccess(
            InitialAccessDraft(uses: uses, lifetime: 600), by: .root, at: People.start
        ).secret
    }

    func register(
        _ body: String = plain, with token: Secret? = nil, at now: NumericDate = People.start
    ) async throws -> ClientRegistration {
        try await provider.registerClient(Array(body.utf8), with: token, caller: Self.caller, at: now).response
    }

    func update(
        _ made: ClientRegistration, to body: String, at now: NumericDate = People.start
    ) async throws -> ClientRegistration {
        try await provider.updateRegistration(
            of: made.clientID, to: Array(body.utf8), with: try #require(made.accessToken), caller: Self.caller, at: now
        ).response
    }

    /// The error code with which `body` is refused.
    func refusal(of body: String) async -> OAuthError.Code? {
        do {
            _ = try await register(body)
            return nil
        } catch let error as OAuthError { return error.code } catch { return nil }
    }
}
