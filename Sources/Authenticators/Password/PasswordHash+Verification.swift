import CCrypt
import Crypto
import CryptoExtras

extension PasswordHash {
    /// Whether `password` is the one that was hashed. Slow by design: only the threads of ``PasswordHasher`` call it.
    func matches(_ password: [UInt8], in arena: HashArena) -> Bool {
        switch scheme {
        case .argon2(let hash):
            guard let tag = hash.computedTag(of: password, in: arena) else { return false }
            return isEqual(tag, hash.tag)
        case .bcrypt(let hash): return hash.matches(password)
        case .pbkdf2(let hash): return hash.matches(password)
        }
    }
}

extension BcryptHash {
    /// crypt(3) would ignore what follows byte 72 or a NUL, and take two passwords for one.
    fileprivate func matches(_ password: [UInt8]) -> Bool {
        let isWhole = password.count <= Self.maximumPasswordLength && !password.contains(0)
        let phrase = password.prefix(Self.maximumPasswordLength).map { CChar(bitPattern: $0) } + [0]
        let size = MemoryLayout<crypt_data>.size
        let data = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: MemoryLayout<crypt_data>.alignment)
        defer { data.deallocate() }
        data.initializeMemory(as: UInt8.self, repeating: 0, count: size)
        guard let computed = crypt_rn(phrase, encoded, data, Int32(clamping: size)) else { return false }
        let expected = Array(encoded.utf8)
        let actual = Array(String(cString: computed).utf8)
        guard actual.count == expected.count else { return false }
        // Some writers leave bits of the salt's last letter that crypt(3) clears; the hash behind it has one spelling.
        let isSame = isEqual(
            Array(actual.dropFirst(Self.settingLength)), Array(expected.dropFirst(Self.settingLength)))
        return isSame && isWhole
    }
}

extension PBKDF2Hash {
    fileprivate func matches(_ password: [UInt8]) -> Bool {
        let function: KDF.Insecure.PBKDF2.HashFunction = digest == .sha256 ? .sha256 : .sha512
        // The bounds of this type are those of what other systems stored, below what new hashes would need.
        let key = try? KDF.Insecure.PBKDF2.deriveKey(
            from: password, salt: salt, using: function, outputByteCount: tag.count, unsafeUncheckedRounds: rounds)
        guard let key else { return false }
        return isEqual(key.withUnsafeBytes { Array($0) }, tag)
    }
}

/// Compares without telling by its time where the first difference is.
private func isEqual(_ one: [UInt8], _ other: [UInt8]) -> Bool {
    guard one.count == other.count else { return false }
    return zip(one, other).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
}
