import Crypto
import JOSE
import OAuth

/// What must hold for every text that may be a secret of ours.
enum SecretProperties {
    /// As a text, and as the bytes of a key: what was made is read, and with one bit changed it is not.
    static func text(_ bytes: [UInt8]) {
        read(bytes)
        let drawn = Array(SHA256.hash(data: bytes))
        let key = APIKeyText.make(from: SecretGenerator { _ in drawn }).secret.revealedValue
        precondition(read(Array(key.utf8)) == .apiKey, "a key of ours is not read")
        var changed = Array(key.utf8)
        changed[Int(drawn[0]) % changed.count] ^= 1 << (drawn[1] % 8)
        precondition(read(changed) != .apiKey, "a changed key was read")
    }

    @discardableResult
    private static func read(_ bytes: [UInt8]) -> SecretText.Kind? {
        let found = SecretText(bytes)
        let text = String(decoding: bytes, as: UTF8.self)
        precondition((APIKeyText(Secret(text)) != nil) == (found?.kind == .apiKey), "two judges of one text")
        guard let found else { return nil }
        precondition(text.utf8.elementsEqual(bytes) && SecretText(text) == found, "read differently as text")
        precondition(bytes.count <= SecretText.Kind.longest, "too long")
        precondition(text.hasPrefix(found.kind.prefix) && found.isCertain == found.kind.hasChecksum, "another kind")
        precondition(bytes.allSatisfy { $0 == 0x2D || $0 == 0x5F || (0x30...0x7A).contains($0) }, "odd characters")
        precondition(SecretText(bytes + [0x41]) == nil || !found.isCertain, "one more character is the same secret")
        return found.kind
    }
}
