import Authenticators
import Storage

extension OpenIDProvider {
    /// Enough to find each kind of hash that many people have; one that is rarer is known after its first sign-in.
    private static let sampleSize = 1_000

    /// Lets refusals cost from the start what the hashes cost that people brought along.
    func expectStoredPasswords() async throws {
        let beginning = passwords.settings.beginning
        expect(try await store.passwords(notBeginningWith: beginning, limit: Self.sampleSize))
    }

    /// Lets refusals cost what these cost.
    func expect(_ stored: [StoredPassword]) {
        passwords.expect(stored.compactMap { try? PasswordHash($0.encoded) })
    }
}
