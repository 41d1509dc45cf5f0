/// One signature key as JSON (RFC 7517 §4), public or private, complete and checked: on its curve, of exact lengths.
public struct JSONWebKey: Hashable, Sendable {
    /// `EC`, `OKP` or `RSA`.
    public let keyType: String
    /// `P-256`, `P-384` or `Ed25519`; none for RSA.
    public let curve: String?
    /// The one algorithm of this key: that of its curve, or the `alg` of an RSA key if it names one of ours.
    public let algorithm: Algorithm?
    public let use: String?
    public let keyOperations: [String]?
    public let keyID: String?
    public let isPrivate: Bool
    /// All members, private ones included; write it only to where private keys belong.
    public let json: JSONObject
    let numbers: KeyNumbers

    public init(_ json: JSONObject, coordinates: CoordinateForm = .exact) throws(JOSEError) {
        let reader = KeyMembers(json, coordinates: coordinates)
        keyType = try reader.requiredString("kty")
        use = try reader.string("use")
        keyOperations = try reader.operations()
        keyID = try reader.string("kid")
        curve = keyType == "RSA" ? nil : try reader.string("crv")
        numbers = try reader.numbers(keyType: keyType, curve: curve)
        isPrivate = numbers.isPrivate
        algorithm = try Self.algorithm(named: reader.string("alg"), for: numbers)
        self.json = coordinates == .exact ? json : numbers.inFullLength(json)
    }

    public init(parsing bytes: [UInt8]) throws(JOSEError) {
        let object: JSONObject
        do { object = try JSONObject(parsing: bytes) } catch { throw .invalidJSON(error) }
        try self.init(object)
    }

    /// The same key without anything private; what may be signed with the one can be verified with the other.
    public var publicKey: JSONWebKey {
        guard isPrivate || json.members.contains(where: { !Self.publicMembers.contains($0.name) }) else { return self }
        var members: [(String, JSONValue)] = []
        for member in json.members where Self.publicMembers.contains(member.name) {
            members.append((member.name, member.value))
        }
        var object = JSONObject(members)
        if isPrivate, let keyOperations {
            object["key_ops"] = .array(keyOperations.contains("sign") ? [.string("verify")] : [])
        }
        return JSONWebKey(self, publicMembers: object)
    }

    /// The JWK thumbprint with SHA-256 in base64url (RFC 7638 §3).
    public func thumbprint() -> String {
        Thumbprint.sha256(of: self)
    }

    /// Only what is listed is published: an allow-list cannot forget a private member.
    private static let publicMembers: Set<String> = ["kty", "crv", "x", "y", "n", "e", "use", "key_ops", "alg", "kid"]

    private init(_ key: JSONWebKey, publicMembers: JSONObject) {
        keyType = key.keyType
        curve = key.curve
        algorithm = key.algorithm
        use = key.use
        keyOperations = publicMembers.strings("key_ops")
        keyID = key.keyID
        isPrivate = false
        json = publicMembers
        numbers = key.numbers.publicPart
    }

    private static func algorithm(named name: String?, for numbers: KeyNumbers) throws(JOSEError) -> Algorithm? {
        guard let implied = numbers.impliedAlgorithm else {
            return name.flatMap { $0 == "RS256" || $0 == "PS256" ? Algorithm(rawValue: $0) : nil }
        }
        // A key on P-256 that claims to be for something else is either damaged or an attack (RFC 8725 §3.1).
        guard name == nil || name == implied.rawValue else { throw .keyAlgorithmMismatch }
        return implied
    }

    public static func == (left: JSONWebKey, right: JSONWebKey) -> Bool { left.json == right.json }
    public func hash(into hasher: inout Hasher) { hasher.combine(json) }
}

extension JSONWebKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Type, algorithm and thumbprint: enough to find a key, nothing to use it with.
    public var description: String {
        let kind = isPrivate ? "private" : "public"
        return "\(kind) \(keyType) key \(thumbprint())"
    }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
