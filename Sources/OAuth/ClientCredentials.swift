public import JOSE

/// What a caller presented to prove who it is, read but not yet believed (RFC 6749 §2.3).
public struct ClientCredentials: Sendable {
    /// The proof, by the method that carries it.
    public enum Proof: Sendable {
        /// A bare `client_id`: enough for a public client only.
        case none
        case basic(Secret)
        case post(Secret)
        case assertion(UnverifiedJWT)
    }

    public let clientID: ClientID
    public let proof: Proof

    static let assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

    /// Reads an `Authorization` header and a form; two methods at once are refused (RFC 6749 §2.3).
    public init(authorization: String?, form: FormParameters) throws(OAuthError) {
        let bodySecret = form["client_secret"]
        let assertion = form["client_assertion"]
        let assertionType = form["client_assertion_type"]
        let bodyID = try form["client_id"].map(Self.clientID)

        if let authorization {
            guard bodySecret == nil, assertion == nil, assertionType == nil else {
                throw OAuthError(.invalidRequest, "use one method of client authentication, not two")
            }
            let (id, secret) = try Self.basic(authorization)
            guard bodyID == nil || bodyID == id else {
                throw OAuthError(.invalidRequest, "client_id differs from the Authorization header")
            }
            clientID = id
            proof = .basic(secret)
        } else if assertion != nil || assertionType != nil {
            guard bodySecret == nil else {
                throw OAuthError(.invalidRequest, "use one method of client authentication, not two")
            }
            // RFC 7521 §4.2: both parameters, and the one type that is known.
            guard let assertion, assertionType == Self.assertionType else {
                throw OAuthError(.invalidRequest, "client_assertion and client_assertion_type must be given together")
            }
            guard let jwt = try? UnverifiedJWT(assertion),
                let claimed = jwt.claimedSubject.flatMap({ ClientID($0) }), bodyID == nil || bodyID == claimed
            else { throw OAuthError(.invalidClient, "client authentication failed") }
            clientID = claimed
            proof = .assertion(jwt)
        } else {
            guard let bodyID else { throw OAuthError(.invalidClient, "client authentication is required") }
            clientID = bodyID
            proof = bodySecret.map { Proof.post(Secret($0)) } ?? Proof.none
        }
    }

    private static func clientID(_ text: String) throws(OAuthError) -> ClientID {
        guard let id = ClientID(text) else { throw OAuthError(.invalidClient, "client authentication failed") }
        return id
    }

    /// RFC 6749 §2.3.1: identifier and secret are form-encoded before they are joined with a colon.
    private static func basic(_ header: String) throws(OAuthError) -> (ClientID, Secret) {
        let failure = OAuthError(.invalidClient, "client authentication failed")
        var bytes = Array(header.utf8)
        guard bytes.count <= 8192, bytes.count > 6, bytes.prefix(6).elementsEqual("basic ".utf8, by: Self.isSameLetter),
            let decoded = decodeBase64(in: &bytes, from: 6), let colon = decoded.firstIndex(of: 0x3A),
            let id = (try? FormParameters.decode(decoded[..<colon])).flatMap({ ClientID($0) }),
            let secret = try? FormParameters.decode(decoded[(colon + 1)...])
        else { throw failure }
        return (id, Secret(secret))
    }

    /// RFC 9110 §11.1: the scheme is case-insensitive.
    private static func isSameLetter(_ byte: UInt8, _ lowercase: UInt8) -> Bool {
        byte == lowercase || (0x41...0x5A).contains(byte) && byte | 0x20 == lowercase
    }

    /// Base64 with padding (RFC 4648 §4), as strictly as the URL-safe kind, to which it is changed in place.
    private static func decodeBase64(in bytes: inout [UInt8], from start: Int) -> [UInt8]? {
        var start = start
        while start < bytes.count, bytes[start] == 0x20 { start += 1 }
        var end = bytes.count
        guard (end - start).isMultiple(of: 4) else { return nil }
        for _ in 0..<2 where end > start && bytes[end - 1] == 0x3D { end -= 1 }
        for index in start..<end {
            switch bytes[index] {
            case 0x2B: bytes[index] = 0x2D
            case 0x2F: bytes[index] = 0x5F
            // The URL-safe alphabet is not this one's.
            case 0x2D, 0x5F: return nil
            default: break
            }
        }
        return try? Base64URL.decode(utf8: bytes[start..<end])
    }
}
