/// The keys of one party (RFC 7517 §5); what we cannot use is left out, what is no key set at all is refused.
public struct JWKSet: Hashable, Sendable {
    public var keys: [JSONWebKey]

    public init(keys: [JSONWebKey]) {
        self.keys = keys
    }

    public init(
        parsing bytes: [UInt8], limits: JSONLimits = .document(maximumBytes: 64 * 1024),
        coordinates: CoordinateForm = .exact
    ) throws(JOSEError) {
        let object: JSONObject
        do { object = try JSONObject(parsing: bytes, limits: limits) } catch { throw .invalidJSON(error) }
        try self.init(object, coordinates: coordinates)
    }

    public init(_ json: JSONObject, coordinates: CoordinateForm = .exact) throws(JOSEError) {
        guard let values = json["keys"]?.array else { throw .missingKeyMember("keys") }
        keys = []
        for value in values {
            guard let object = value.object else { throw .invalidKeyMember("keys") }
            // Unknown types, missing members and values out of range are ignored (RFC 7517 §5).
            guard let key = try? JSONWebKey(object, coordinates: coordinates) else { continue }
            keys.append(key)
        }
    }

    /// The keys that may verify signatures, all of them or those of one algorithm.
    public func verificationKeys(for algorithm: Algorithm? = nil) -> [VerificationKey] {
        keys.compactMap { try? VerificationKey($0, algorithm: $0.algorithm ?? algorithm) }
            .filter { algorithm == nil || $0.algorithm == algorithm }
    }

    /// The keys that may have signed a message with this header: of its algorithm and, if it names one, of that `kid`.
    public func verificationKeys(for header: JOSEHeader) -> [VerificationKey] {
        guard let algorithm = Algorithm(rawValue: header.algorithm) else { return [] }
        let keys = verificationKeys(for: algorithm)
        guard let keyID = header.keyID else { return keys }
        return keys.filter { $0.id?.hasSameUTF8(as: keyID) ?? false }
    }

    /// The keys that a `kid` may mean: those that bear it and those that bear none and have it as their thumbprint
    /// (RFC 7638 §1). All keys where no name is given.
    public func keys(named keyID: String?) -> [JSONWebKey] {
        guard let keyID else { return keys }
        return keys.filter { ($0.keyID ?? $0.thumbprint()).hasSameUTF8(as: keyID) }
    }

    /// The set as it is published: public members only.
    public var publicJSON: JSONObject {
        JSONObject([("keys", .array(keys.map { .object($0.publicKey.json) }))])
    }
}
