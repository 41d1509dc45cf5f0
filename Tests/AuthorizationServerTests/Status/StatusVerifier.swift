import AuthorizationServer
import CZlib
import JOSE
import OAuth
import Testing

/// Asks the status of a token as verifiers do that others wrote: from the token, the key set and the list alone
/// (draft-ietf-oauth-status-list §8.3).
struct StatusVerifier: Sendable {
    let provider: OpenIDProvider

    enum Fault: Error { case noStatus, noList, unproven, notInflated, outOfBounds }

    static func reference(_ token: Secret) throws -> StatusReference {
        let parts = token.revealedValue.split(separator: ".")
        let claims = try JSONObject(parsing: Base64URL.decode(String(try #require(parts.dropFirst().first))))
        guard let found = StatusReference(claims) else { throw Fault.noStatus }
        return found
    }

    /// The claims of the list that the token names.
    func list(_ reference: StatusReference, at now: NumericDate) async throws -> JSONObject {
        let name = reference.uri.split(separator: "/").last.map(String.init) ?? ""
        guard let document = try await provider.statusListDocument(name, at: now) else { throw Fault.noList }
        let jwt = try UnverifiedJWT(String(decoding: document.body, as: UTF8.self))
        let set = try JWKSet(JSONObject(parsing: provider.keySetDocument(at: now).body))
        guard let key = set.verificationKeys(for: jwt.header).first else { throw Fault.unproven }
        return try jwt.verified(by: key, type: .exactly("statuslist+jwt")).claims
    }

    func status(_ token: Secret, at now: NumericDate) async throws -> UInt8 {
        let reference = try Self.reference(token)
        let claims = try await list(reference, at: now)
        #expect(claims.string("sub") == reference.uri)
        let list = try #require(claims.object("status_list"))
        #expect(list.integer("bits") == 1)
        let bits = try Self.inflated(try Base64URL.decode(try #require(list.string("lst"))))
        guard reference.index / 8 < Int64(bits.count) else { throw Fault.outOfBounds }
        return bits[Int(reference.index / 8)] >> UInt8(reference.index % 8) & 1
    }

    static func inflated(_ compressed: [UInt8], limit: Int = 1 << 20) throws -> [UInt8] {
        var length = uLong(limit)
        var result = [UInt8](repeating: 0, count: limit)
        guard uncompress(&result, &length, compressed, uLong(compressed.count)) == Z_OK else {
            throw Fault.notInflated
        }
        return Array(result.prefix(Int(length)))
    }
}
