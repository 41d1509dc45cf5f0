extension PasswordHash {
    /// What verifying it costs, in passes over one KiB of Argon2: about half a microsecond of a core each.
    ///
    /// An estimate that depends on the parameters only, never on the machine. Measured on one core: a pass over one KiB
    /// takes 0.5 µs, a round of bcrypt 48 µs, a round of PBKDF2 0.2 µs with SHA-256 and 0.45 µs with SHA-512.
    package var work: Int {
        switch scheme {
        case .argon2(let hash): hash.parameters.memory &* hash.parameters.passes
        case .bcrypt(let hash): (1 << hash.cost) &* 94
        case .pbkdf2(let hash): hash.work
        }
    }
}

extension PBKDF2Hash {
    /// All rounds once more for each block of the hash function (RFC 8018 §5.2).
    fileprivate var work: Int {
        let (block, tenths) = digest == .sha256 ? (32, 4) : (64, 9)
        return rounds &* tenths / 10 &* (tag.count > block ? 2 : 1)
    }
}
