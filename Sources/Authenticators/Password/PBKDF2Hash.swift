/// A PBKDF2 hash of another system (RFC 8018 §5.2), read when users are imported.
///
/// Two spellings: passlib's `$pbkdf2-sha256$29000$salt$tag` and Django's `pbkdf2_sha256$600000$salt$tag=`.
struct PBKDF2Hash: Hashable, Sendable {
    /// The hash function under its HMAC.
    enum Digest: String, CaseIterable, Sendable { case sha256, sha512 }
    /// Whose spelling it is stored in.
    enum Spelling: Sendable { case passlib, django }

    static let rounds = 1_000...5_000_000
    static let saltLengths = 8...64
    static let tagLengths = 16...64

    let digest: Digest
    let rounds: Int
    let spelling: Spelling
    let salt: [UInt8]
    let tag: [UInt8]

    init?(_ fields: PHCFields, startsWithDollar: Bool) {
        guard fields.values.count == 4 else { return nil }
        let name = String(Substring(fields.values[0]))
        let spelling: Spelling = startsWithDollar ? .passlib : .django
        let prefix = spelling == .passlib ? "pbkdf2-" : "pbkdf2_"
        guard name.hasPrefix(prefix), let digest = Digest(rawValue: String(name.dropFirst(prefix.count))),
            let rounds = PHCFields.number(fields.values[1]), Self.rounds.contains(rounds),
            let salt = Self.salt(fields.values[2], spelling), Self.saltLengths.contains(salt.count),
            let tag = Self.tag(fields.values[3], spelling), Self.tagLengths.contains(tag.count)
        else { return nil }
        self.digest = digest
        self.rounds = rounds
        self.spelling = spelling
        self.salt = salt
        self.tag = tag
    }

    /// Django feeds the text of its salt to the function.
    private static func salt(_ field: Substring.UTF8View, _ spelling: Spelling) -> [UInt8]? {
        spelling == .django ? Array(field) : PHCBase64.decode(field, .passlib)
    }

    /// Django pads, and exactly as much as it must.
    private static func tag(_ field: Substring.UTF8View, _ spelling: Spelling) -> [UInt8]? {
        guard spelling == .django else { return PHCBase64.decode(field, .passlib) }
        let padding = field.reversed().prefix { $0 == UInt8(ascii: "=") }.count
        guard padding <= 2, field.count.isMultiple(of: 4),
            let tag = PHCBase64.decode(field.dropLast(padding)), (3 &- tag.count % 3) % 3 == padding
        else { return nil }
        return tag
    }

    var encoded: String {
        switch spelling {
        case .passlib:
            return "$pbkdf2-\(digest.rawValue)$\(rounds)$\(PHCBase64.encode(salt, .passlib))$"
                + PHCBase64.encode(tag, .passlib)
        case .django:
            let padding = String(repeating: "=", count: (3 &- tag.count % 3) % 3)
            return "pbkdf2_\(digest.rawValue)$\(rounds)$\(String(decoding: salt, as: UTF8.self))$"
                + PHCBase64.encode(tag) + padding
        }
    }
}
