/// A password hash of the Argon2 family as it is stored: `$argon2id$v=19$m=19456,t=2,p=1$salt$tag` (RFC 9106).
struct Argon2Hash: Hashable, Sendable {
    /// How the memory is walked; new hashes are `id`, the others are read when users are imported.
    enum Variant: String, CaseIterable, Sendable { case d = "argon2d", i = "argon2i", id = "argon2id" }
    static let version = 19
    /// 1.0, which is read only; it wrote no version into its hashes at first.
    static let oldVersion = 16

    static let saltLength = 16
    static let tagLength = 32
    static let saltLengths = 8...64
    static let tagLengths = 16...64

    let variant: Variant
    let writtenVersion: Int?
    let parameters: Argon2Parameters
    let salt: [UInt8]
    let tag: [UInt8]

    init(parameters: Argon2Parameters, salt: [UInt8], tag: [UInt8]) {
        variant = .id
        writtenVersion = Self.version
        self.parameters = parameters
        self.salt = salt
        self.tag = tag
    }

    init?(_ fields: PHCFields) {
        var values = fields.values[...]
        guard let name = values.popFirst(), let variant = Variant(rawValue: String(Substring(name))) else { return nil }
        self.variant = variant
        writtenVersion = values.first.flatMap { PHCFields.number($0, named: "v") }
        if let writtenVersion {
            guard writtenVersion == Self.version || writtenVersion == Self.oldVersion else { return nil }
            values.removeFirst()
        }
        guard values.count == 3, let costs = values.popFirst(), let salt = values.popFirst(),
            let tag = values.popFirst(),
            let parameters = Self.parameters(costs), let saltBytes = PHCBase64.decode(salt),
            let tagBytes = PHCBase64.decode(tag), Self.saltLengths.contains(saltBytes.count),
            Self.tagLengths.contains(tagBytes.count)
        else { return nil }
        self.parameters = parameters
        self.salt = saltBytes
        self.tag = tagBytes
    }

    private static func parameters(_ field: Substring.UTF8View) -> Argon2Parameters? {
        let parts = field.split(separator: UInt8(ascii: ","), maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count == 3, let memory = PHCFields.number(parts[0], named: "m"),
            let passes = PHCFields.number(parts[1], named: "t"), let lanes = PHCFields.number(parts[2], named: "p")
        else { return nil }
        return Argon2Parameters(memory: memory, passes: passes, lanes: lanes)
    }

    var encoded: String {
        let costs = "m=\(parameters.memory),t=\(parameters.passes),p=\(parameters.lanes)"
        let version = writtenVersion.map { "v=\($0)$" } ?? ""
        return "$\(variant.rawValue)$\(version)\(costs)$\(PHCBase64.encode(salt))$\(PHCBase64.encode(tag))"
    }
}
