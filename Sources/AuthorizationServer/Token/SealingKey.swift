import Crypto
import JOSE
import OAuth
package import Storage

/// Makes and reads opaque access tokens: sealed, not stored.
///
/// `tsa_` and the base64url of
/// `version (1) ‖ key id (8) ‖ token id (16) ‖ ciphertext ‖ tag (16) ‖ CRC-32 of all before (4)`.
/// The claims are encrypted with AES-256-GCM under a key of their own, HKDF-Expand(server key, label ‖ token id), so that
/// no number of tokens wears a nonce or a key out. Prefix, version, issuer and key id are the associated data.
package struct SealingKey: Sendable {
    static let prefix = "tsa_"
    static let idLength = 8
    static let tokenIDLength = 16
    private static let version: UInt8 = 1
    private static let headLength = 1 + idLength + tokenIDLength
    private static let tagLength = 16
    private static let checksumLength = 4
    /// Longer text is refused before it is decoded.
    private static let maximumLength = 16_384

    package let record: KeyRecord
    private let idBytes: [UInt8]
    /// HMAC under the server key: copying a keyed one costs far less than keying it for every token.
    private let derivation: HMAC<SHA256>
    private let associated: [UInt8]

    init?(record: KeyRecord, bytes: [UInt8], issuer: Issuer) {
        guard bytes.count == 32, let id = try? Base64URL.decode(record.id.rawValue), id.count == Self.idLength else {
            return nil
        }
        self.record = record
        idBytes = id
        var derivation = HMAC<SHA256>(key: SymmetricKey(data: bytes))
        derivation.update(data: Self.label)
        self.derivation = derivation
        associated = Array(Self.prefix.utf8) + [Self.version] + id + Array(issuer.rawValue.utf8)
    }

    /// The `jti` of the token that will be sealed with these bytes.
    static func tokenID(_ bytes: [UInt8]) -> TokenID { TokenID(unchecked: Base64URL.encode(bytes)) }

    /// Seals claims whose `jti` is ``tokenID(_:)`` of `tokenID`.
    func seal(_ claims: [UInt8], tokenID: [UInt8]) throws -> Secret {
        let box = try AES.GCM.seal(claims, using: derivedKey(tokenID), nonce: Self.nonce(), authenticating: associated)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.headLength + claims.count + Self.tagLength + Self.checksumLength)
        bytes.append(Self.version)
        bytes.append(contentsOf: idBytes)
        bytes.append(contentsOf: tokenID)
        bytes.append(contentsOf: box.ciphertext)
        bytes.append(contentsOf: box.tag)
        let checksum = CRC32.of(bytes)
        for shift in [24, 16, 8, 0] { bytes.append(UInt8(truncatingIfNeeded: checksum >> UInt32(shift))) }
        return Secret(Self.prefix + Base64URL.encode(bytes))
    }

    /// The claims; `nil` if this key did not seal them for this issuer.
    func open(_ token: SealedToken) -> [UInt8]? {
        guard token.keyID == idBytes[...],
            let nonce = try? Self.nonce(),
            let box = try? AES.GCM.SealedBox(nonce: nonce, ciphertext: token.ciphertext, tag: token.tag),
            let plain = try? AES.GCM.open(box, using: derivedKey(Array(token.tokenID)), authenticating: associated)
        else { return nil }
        return Array(plain)
    }

    private static let label = Array("tessera opaque token 1".utf8)

    /// HKDF-Expand to one block, which is HMAC(key, info ‖ 1) (RFC 5869 §2.3), with info = label ‖ token id.
    private func derivedKey(_ tokenID: [UInt8]) -> SymmetricKey {
        var derivation = derivation
        derivation.update(data: tokenID + [1])
        return SymmetricKey(data: derivation.finalize())
    }

    /// Each derived key encrypts once, so its nonce may always be the same.
    private static func nonce() throws -> AES.GCM.Nonce { try AES.GCM.Nonce(data: [UInt8](repeating: 0, count: 12)) }

    /// An opaque token taken apart, not yet believed.
    struct SealedToken: Sendable {
        let keyID: ArraySlice<UInt8>
        let tokenID: ArraySlice<UInt8>
        let ciphertext: ArraySlice<UInt8>
        let tag: ArraySlice<UInt8>

        var key: KeyID { KeyID(unchecked: Base64URL.encode(keyID)) }

        /// `nil` for anything but the one spelling of a token of this version.
        init?(_ text: String) {
            guard text.hasPrefix(SealingKey.prefix), text.utf8.count <= SealingKey.maximumLength,
                let bytes = try? Base64URL.decode(utf8: text.utf8.dropFirst(SealingKey.prefix.utf8.count)),
                bytes.count >= SealingKey.headLength + SealingKey.tagLength + SealingKey.checksumLength,
                bytes[0] == SealingKey.version
            else { return nil }
            let end = bytes.count - SealingKey.checksumLength
            let checksum = bytes[end...].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            guard CRC32.of(bytes[..<end]) == checksum else { return nil }
            keyID = bytes[1..<(1 + SealingKey.idLength)]
            tokenID = bytes[(1 + SealingKey.idLength)..<SealingKey.headLength]
            ciphertext = bytes[SealingKey.headLength..<(end - SealingKey.tagLength)]
            tag = bytes[(end - SealingKey.tagLength)..<end]
        }
    }
}
