/// The header of a signed message, read under our rules; nothing in it ever supplies a key or chooses an algorithm.
public struct JOSEHeader: Hashable, Sendable {
    public let algorithm: String
    public let type: String?
    public let contentType: String?
    public let keyID: String?

    /// `jwk`, `jku`, `x5u`, `x5c` and `x5t` are not looked at: a key in the message proves nothing (RFC 8725 §3.10).
    public init(parsing bytes: [UInt8]) throws(JOSEError) {
        let object: JSONObject
        do { object = try JSONObject(parsing: bytes) } catch { throw .invalidJSON(error) }
        var algorithm: String?
        var type: String?
        var contentType: String?
        var keyID: String?
        for member in object.members {
            switch member.name {
            case "alg": algorithm = try Self.string(member)
            case "typ": type = try Self.string(member)
            case "cty": contentType = try Self.string(member)
            case "kid": keyID = try Self.string(member)
            // We understand no extension, so whatever must be understood is refused (RFC 7515 §4.1.11).
            case "crit": throw .criticalHeader
            // Only valid together with `crit` (RFC 7797 §6).
            case "b64": throw .unencodedPayload
            default: continue
            }
        }
        guard let algorithm else { throw .invalidHeaderMember("alg") }
        guard !algorithm.hasSameASCII(ignoringCaseOf: "none") else { throw .unsupportedAlgorithm }
        self.algorithm = algorithm
        self.type = type
        self.contentType = contentType
        self.keyID = keyID
    }

    private static func string(_ member: (name: String, value: JSONValue)) throws(JOSEError) -> String {
        guard case .string(let string) = member.value else { throw .invalidHeaderMember(member.name) }
        return string
    }
}
