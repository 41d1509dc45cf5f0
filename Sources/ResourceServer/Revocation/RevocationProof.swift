import JOSE
import OAuth

/// Believes a message of a revocation feed only if a key of the feed signed it: no key that signs tokens is one.
struct RevocationProof: Sendable {
    let keys: any KeySource

    /// A message longer than any signed one may be is refused before it is looked at.
    func message(_ text: String, at now: NumericDate) async throws(RevocationFeedProblem) -> RevocationMessage {
        let claims = try await claims(text, type: RevocationMessage.type, at: now)
        do { return try RevocationMessage(claims) } catch { throw .malformed }
    }

    func snapshot(_ head: String, at now: NumericDate) async throws(RevocationFeedProblem) -> RevocationSnapshot {
        let claims = try await claims(head, type: RevocationSnapshot.type, at: now)
        do { return try RevocationSnapshot(claims) } catch { throw .malformed }
    }

    private func claims(
        _ text: String, type: String, at now: NumericDate
    ) async throws(RevocationFeedProblem) -> JSONObject {
        let jwt: UnverifiedJWT
        do { jwt = try UnverifiedJWT(text) } catch { throw error == .tooLarge ? .tooLarge : .malformed }
        let found: [VerificationKey]
        do { found = try await keys.keys(for: jwt.header, at: now) } catch { throw .keysUnavailable }
        guard !found.isEmpty else { throw .unknownKey }
        for key in found {
            do { return try jwt.verified(by: key, type: .exactly(type)).claims } catch {
                if error == .wrongType { throw .wrongType }
            }
        }
        throw .wrongSignature
    }
}
