import Crypto
import JOSE
import OAuth
import Storage

/// What must hold for whatever a stranger sends as one of our own tokens; a broken property ends the process like a crash.
///
/// Random bytes never have a right checksum, so that the input is tried as a text, as the bytes behind one, and as what a
/// genuine token says.
enum TokenProperties {
    private static let issuer = Issuer("https://id.example")
    private static let keyBytes = [UInt8](1...32)

    // MARK: Opaque access tokens

    static func opaque(_ bytes: [UInt8]) {
        if let text = String(validating: bytes, as: UTF8.self) { readOpaque(text) }
        readOpaque(SealingKey.prefix + checked(bytes))
        seal(bytes)
    }

    private static let sealing: SealingKey? = issuer.flatMap { issuer in
        SealingKey(
            record: KeyRecord(
                id: KeyID(unchecked: Base64URL.encode([UInt8](1...8))), purpose: .sealing, publicKey: "", sealedKey: [],
                announcedAt: NumericDate(secondsSince1970: 1), activeFrom: NumericDate(secondsSince1970: 1)),
            bytes: keyBytes, issuer: issuer)
    }

    /// One text for each token, and none of ours that we did not make.
    private static func readOpaque(_ text: String) {
        guard let token = SealingKey.SealedToken(text) else { return }
        let parts: [ArraySlice<UInt8>] = [[1], token.keyID, token.tokenID, token.ciphertext, token.tag]
        let again = SealingKey.prefix + checked(parts.flatMap { $0 })
        precondition(again.utf8.elementsEqual(text.utf8), "two texts for one token, or a part was lost")
        precondition(token.keyID.count == 8 && token.tokenID.count == 16 && token.tag.count == 16, "odd parts")
        guard let key = sealing, let claims = key.open(token) else { return }
        let ours = try? key.seal(claims, tokenID: Array(token.tokenID))
        precondition(ours?.revealedValue == text, "a token was opened that this key did not make")
    }

    /// What was sealed is opened, and nothing else with one bit of it changed.
    private static func seal(_ claims: [UInt8]) {
        guard claims.count < 8_192, let key = sealing else { return }
        let tokenID = Array(SHA256.hash(data: claims).prefix(16))
        guard let text = try? key.seal(claims, tokenID: tokenID).revealedValue, let token = SealingKey.SealedToken(text)
        else { preconditionFailure("a token of ours is not read") }
        precondition(key.open(token) == claims && token.tokenID == tokenID[...], "a token is opened differently")
        guard var changed = try? Base64URL.decode(utf8: text.utf8.dropFirst(SealingKey.prefix.utf8.count)) else {
            preconditionFailure("a token of ours is no base64url")
        }
        changed.removeLast(4)
        let place = Int(claims.first ?? 0) % changed.count
        changed[place] ^= 1 << (claims.last.map { $0 % 8 } ?? 0)
        let forged = SealingKey.SealedToken(SealingKey.prefix + checked(changed))
        precondition(forged.flatMap(key.open) == nil, "a changed token was opened")
    }

    // MARK: Refresh tokens

    static func refresh(_ bytes: [UInt8]) {
        if let text = String(validating: bytes, as: UTF8.self) { readRefresh(text) }
        readRefresh(RefreshToken.prefix + checked(bytes))
        guard bytes.count >= 24, let issuer else { return }
        let grant = GrantID(unchecked: Base64URL.encode(bytes.prefix(16)))
        let generation = Int64(bitPattern: bytes[16..<24].reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
        let key = RefreshKey(keyBytes, issuer: issuer)
        guard let text = RefreshToken.text(grant, generation: generation, key: key)?.token,
            let token = RefreshToken(text)
        else { preconditionFailure("a token of ours is not read") }
        precondition(token.grant == grant && token.generation == generation, "a token is read differently")
        precondition(token.isGenuine(key), "a token of ours is not genuine")
        precondition(!token.isGenuine(RefreshKey(keyBytes.reversed(), issuer: issuer)), "any key will do")
    }

    /// One text for each generation of a family, and no other is genuine.
    private static func readRefresh(_ text: String) {
        guard let token = RefreshToken(Secret(text)), let issuer else { return }
        let key = RefreshKey(keyBytes, issuer: issuer)
        guard let ours = RefreshToken.text(token.grant, generation: token.generation, key: key) else {
            preconditionFailure("a grant was read that none of ours can be")
        }
        let spelling = ours.token.revealedValue
        precondition(spelling.utf8.count == text.utf8.count, "a token of another length")
        let isOurs = spelling.utf8.elementsEqual(text.utf8)
        precondition(token.isGenuine(key) == isOurs, "another spelling")
        precondition(token.isGenuine(key, known: ours.code) == isOurs, "another spelling beside a remembered code")
    }

    /// The bytes with their checksum behind them, as text.
    private static func checked(_ bytes: [UInt8]) -> String {
        let checksum = CRC32.of(bytes)
        return Base64URL.encode(bytes + [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: checksum >> UInt32($0)) })
    }
}
