/// A JSON Web Token as it arrived (RFC 7519 §7.2): well-formed and nothing more, until a key proves it.
public struct UnverifiedJWT: Sendable {
    private let jws: CompactJWS

    public var header: JOSEHeader { jws.header }

    public init(_ compact: String) throws(JOSEError) {
        jws = try CompactJWS(compact)
    }

    /// `nil` if the token does not begin with `prefix`, an encoded header with its dot, which says `header`.
    init?(_ compact: String, beginning prefix: [UInt8], _ header: JOSEHeader) throws(JOSEError) {
        guard compact.utf8.count <= CompactJWS.maximumBytes else { throw .tooLarge }
        let bytes = Array(compact.utf8)
        guard bytes.starts(with: prefix) else { return nil }
        jws = try CompactJWS(bytes, headerEnd: prefix.count &- 1, header)
    }

    /// The first part as it arrived, with its dot.
    var encodedHeader: [UInt8] { Array(jws.signingInput.prefix { $0 != UInt8(ascii: ".") }) + [UInt8(ascii: ".")] }

    /// Who the token says it is about. Unproven: good only for choosing whose key to try.
    public var claimedSubject: String? { unprovenClaims?.string("sub") }

    /// Who the token says wrote it. Unproven: good only for choosing whose key to try.
    public var claimedIssuer: String? { unprovenClaims?.string("iss") }

    /// All that it says. Unproven: good only for telling an operator.
    package var unprovenClaims: JSONObject? { try? JSONObject(parsing: jws.unverifiedPayload) }

    /// The claims, once the type is the expected one, the algorithm the key's, and the signature valid.
    public func verified(by key: VerificationKey, type: JWTType) throws(JOSEError) -> VerifiedJWT {
        guard type.accepts(header.type) else { throw .wrongType }
        let payload = try jws.verify(by: key)
        do {
            return VerifiedJWT(header: header, claims: try JSONObject(parsing: payload))
        } catch {
            throw .invalidJSON(error)
        }
    }
}

/// A token whose signature, type and algorithm have been checked; who may use it for what, its consumer decides.
public struct VerifiedJWT: Sendable {
    public let header: JOSEHeader
    public let claims: JSONObject

    fileprivate init(header: JOSEHeader, claims: JSONObject) {
        self.header = header
        self.claims = claims
    }
}
