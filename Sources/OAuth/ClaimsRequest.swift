public import JOSE

/// The claims that a client asks for one by one (the `claims` parameter, OpenID Core §5.5).
public struct ClaimsRequest: Hashable, Sendable {
    /// One claim that is asked for.
    public struct Claim: Hashable, Sendable {
        public let name: String
        /// Wanted urgently, never demanded: a person who lacks it still signs in (OpenID Core §5.5.1).
        public let isEssential: Bool
        /// The values that would do; empty: any.
        public let values: [JSONValue]
    }

    public let userInfo: [Claim]
    public let idToken: [Claim]

    /// Bytes of the parameter, claims of one member, and values of one claim that are read.
    public static let maximumLength = 8192
    public static let maximumClaims = 64
    public static let maximumValues = 16

    public init(_ text: String) throws(OAuthError) {
        let limits = JSONLimits(maximumBytes: Self.maximumLength, maximumDepth: 6, maximumMembers: Self.maximumClaims)
        guard let json = try? JSONObject(parsing: Array(text.utf8), limits: limits) else {
            throw OAuthError(.invalidRequest, "claims is not a JSON object within the limits")
        }
        userInfo = try Self.claims(json["userinfo"])
        idToken = try Self.claims(json["id_token"])
    }

    public func idTokenClaim(_ name: String) -> Claim? { idToken.first { $0.name == name } }
    public func userInfoClaim(_ name: String) -> Claim? { userInfo.first { $0.name == name } }

    private static func claims(_ value: JSONValue?) throws(OAuthError) -> [Claim] {
        guard let value, value != .null else { return [] }
        guard let object = value.object, object.count <= maximumClaims else {
            throw OAuthError(.invalidRequest, "userinfo and id_token in claims must be objects")
        }
        var claims: [Claim] = []
        for (name, value) in object.members { claims.append(try claim(name, value)) }
        return claims
    }

    private static func claim(_ name: String, _ value: JSONValue) throws(OAuthError) -> Claim {
        guard value != .null else { return Claim(name: name, isEssential: false, values: []) }
        guard name.utf8.count <= 255, let wish = value.object else {
            throw OAuthError(.invalidRequest, "each claim in claims must be null or an object")
        }
        let essential = wish["essential"] ?? .bool(false)
        let values = wish["values"] ?? .array(wish["value"].map { [$0] } ?? [])
        guard let isEssential = essential.bool, let values = values.array, values.count <= maximumValues else {
            throw OAuthError(.invalidRequest, "essential, value or values in claims is not as it should be")
        }
        return Claim(name: name, isEssential: isEssential, values: values)
    }
}
