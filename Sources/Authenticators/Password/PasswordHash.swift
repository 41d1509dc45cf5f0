package import OAuth

/// What is remembered of a password: the hash of one of the algorithms that are known here, with its own parameters.
///
/// New ones are Argon2id. The others are hashes of other systems, which users bring along and which the next sign-in
/// replaces. It never prints itself; ``encoded`` is for the store.
package struct PasswordHash: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    /// The algorithm with its parts.
    enum Scheme: Hashable, Sendable {
        case argon2(Argon2Hash)
        case bcrypt(BcryptHash)
        case pbkdf2(PBKDF2Hash)
    }

    let scheme: Scheme

    init(_ scheme: Scheme) { self.scheme = scheme }

    /// Reads a stored or imported hash; each has one spelling, and what it costs to verify is bounded.
    package init(_ text: String) throws(PasswordHashError) {
        guard let fields = PHCFields(text) else { throw .malformed }
        if text.utf8.first != UInt8(ascii: "$") {
            guard let hash = PBKDF2Hash(fields, startsWithDollar: false) else { throw .malformed }
            scheme = .pbkdf2(hash)
        } else if let hash = Argon2Hash(fields) {
            scheme = .argon2(hash)
        } else if let hash = BcryptHash(fields) {
            scheme = .bcrypt(hash)
        } else if let hash = PBKDF2Hash(fields, startsWithDollar: true) {
            scheme = .pbkdf2(hash)
        } else {
            throw .malformed
        }
    }

    /// The text that is stored, and read back as the same hash.
    package var encoded: Secret {
        switch scheme {
        case .argon2(let hash): Secret(hash.encoded)
        case .bcrypt(let hash): Secret(hash.encoded)
        case .pbkdf2(let hash): Secret(hash.encoded)
        }
    }

    /// Whether the next sign-in should replace it.
    ///
    /// Anything else than the current parameters is replaced, so that in time all accounts take equally long to verify.
    package func needsUpgrade(to parameters: Argon2Parameters) -> Bool {
        guard case .argon2(let hash) = scheme else { return true }
        return hash.variant != .id || hash.writtenVersion != Argon2Hash.version || hash.parameters != parameters
            || hash.salt.count != Argon2Hash.saltLength || hash.tag.count != Argon2Hash.tagLength
    }

    package var description: String { "<password hash>" }
    package var debugDescription: String { "<password hash>" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}

/// Why a text is not a password hash. It says nothing about the text, which may be a hash after all.
package enum PasswordHashError: Error, Equatable {
    /// Not one of the known forms, not in its one spelling, or out of the bounds of what may be verified.
    case malformed
}
