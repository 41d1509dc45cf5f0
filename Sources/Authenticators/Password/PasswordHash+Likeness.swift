extension PasswordHash {
    /// A hash of nobody's password that takes as long to verify as this one.
    ///
    /// Two hashes have the same likeness if nobody can tell by the time which of them was verified.
    var likeness: PasswordHash {
        switch scheme {
        case .argon2(let hash): PasswordHash(.argon2(Argon2Hash(like: hash)))
        case .bcrypt(let hash): PasswordHash(.bcrypt(BcryptHash(like: hash)))
        case .pbkdf2(let hash): PasswordHash(.pbkdf2(PBKDF2Hash(like: hash)))
        }
    }
}

extension Argon2Hash {
    fileprivate init(like hash: Argon2Hash) {
        variant = hash.variant
        // Both versions do the same work, and 1.0 is written in two ways.
        writtenVersion = Self.version
        parameters = hash.parameters
        salt = [UInt8](repeating: 0, count: Self.saltLength)
        tag = [UInt8](repeating: 0, count: Self.tagLength)
    }
}

extension BcryptHash {
    fileprivate init(like hash: BcryptHash) {
        cost = hash.cost
        let setting = hash.encoded.dropFirst("$2b$".utf8.count).prefix("12$".utf8.count)
        encoded = "$2b$" + setting + String(repeating: ".", count: 53)
    }
}

extension PBKDF2Hash {
    fileprivate init(like hash: PBKDF2Hash) {
        digest = hash.digest
        rounds = hash.rounds
        spelling = .passlib
        salt = [UInt8](repeating: 0, count: 16)
        // All rounds once more for each block of the hash function (RFC 8018 §5.2).
        let block = hash.digest == .sha256 ? 32 : 64
        tag = [UInt8](repeating: 0, count: hash.tag.count > block ? 64 : block)
    }
}
