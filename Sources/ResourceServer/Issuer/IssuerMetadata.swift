public import JOSE
public import OAuth

/// What an issuer says of itself (RFC 8414 §2), as far as a protected resource needs it and once it is checked.
public struct IssuerMetadata: Hashable, Sendable {
    public let issuer: Issuer
    public let keySetURL: String
    public let introspectionEndpoint: String?
    /// All of it, for what stands in no standard.
    public let document: JSONObject
    private let origins: Set<String>

    static let maximumBytes = 256 * 1024

    /// - Parameter origins: other origins than the issuer's own that its endpoints may have. What a document names
    ///   elsewhere would get credentials and tokens, or choose the keys, so that it is refused.
    public init(
        _ bytes: [UInt8], issuer: Issuer, allowing origins: Set<String> = []
    ) throws(IssuerUnavailable) {
        guard let json = try? JSONObject(parsing: bytes, limits: .document(maximumBytes: Self.maximumBytes)) else {
            throw IssuerUnavailable("the issuer's metadata is no JSON object")
        }
        // RFC 8414 §3.3: identical, or an issuer could speak for another one.
        guard let named = json.string("issuer"), named.utf8.elementsEqual(issuer.rawValue.utf8) else {
            throw IssuerUnavailable("the metadata is another issuer's")
        }
        self.issuer = issuer
        self.origins = origins
        document = json
        let reader = AddressReader(json: json, issuer: issuer, origins: origins)
        guard let keys = try reader.address("jwks_uri") else {
            throw IssuerUnavailable("the issuer's metadata has no jwks_uri")
        }
        keySetURL = keys
        introspectionEndpoint = try reader.address("introspection_endpoint")
    }

    /// Another address that the document names, by the same rules; `nil` if it names none.
    public func address(_ member: String) throws(IssuerUnavailable) -> String? {
        try AddressReader(json: document, issuer: issuer, origins: origins).address(member)
    }
}

/// Reads addresses that requests will be sent to.
private struct AddressReader {
    let json: JSONObject
    let issuer: Issuer
    let origins: Set<String>

    func address(_ member: String) throws(IssuerUnavailable) -> String? {
        guard let value = json[member], value != .null else { return nil }
        // RFC 8414 §2: https, and http only where the issuer itself is on loopback.
        guard let text = value.string,
            RedirectURI.registrationProblem(text, isNative: issuer.origin.hasPrefix("http://")) == nil,
            let address = RedirectURI.match(text, registered: [text], allowingLoopbackPorts: false)
        else { throw IssuerUnavailable("\(member) of the issuer is not a safe address") }
        guard address.origin == issuer.origin || origins.contains(address.origin) else {
            throw IssuerUnavailable("\(member) is at another origin than the issuer")
        }
        return text
    }
}
