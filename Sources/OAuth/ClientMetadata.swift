public import JOSE

/// What a client says of itself when it registers, and is told back (RFC 7591 §2, OpenID Registration §2).
///
/// Read and well formed; whether the issuer's policy allows it is for the issuer to say. Members that nobody knows are
/// ignored (RFC 7591 §2), and so are those that no issuer of ours keeps: `default_acr_values`, `software_id`,
/// `software_version`.
public struct ClientMetadata: Hashable, Sendable {
    public enum ApplicationType: String, CaseIterable, Hashable, Sendable { case web, native }
    public enum SubjectType: String, CaseIterable, Hashable, Sendable { case `public`, pairwise }

    public var redirectURIs: [String] = []
    public var postLogoutRedirectURIs: [String] = []
    public var grantTypes: [GrantType] = [.authorizationCode]
    public var authMethod: AuthenticationMethod = .clientSecretBasic
    /// Of its assertions; `nil`: any that the issuer supports.
    public var authAlgorithm: Algorithm?
    public var applicationType: ApplicationType = .web
    public var name: String?
    public var clientURI: String?
    public var logoURI: String?
    public var policyURI: String?
    public var termsURI: String?
    public var contacts: [String] = []
    public var scope: Scope?
    public var jwks: JWKSet?
    public var jwksURI: String?
    public var subjectType: SubjectType?
    public var sectorIdentifierURI: String?
    public var idTokenAlgorithm: Algorithm = .RS256
    public var userInfoAlgorithm: Algorithm?
    public var defaultMaxAge: Int64?
    public var requiresAuthTime = false
    public var initiateLoginURI: String?
    public var requiresPushedRequests = false
    public var backchannelLogoutURI: String?
    public var backchannelLogoutSessionRequired = false
    /// Present in updates (RFC 7592 §2.2), where they must be the client's own.
    public var clientID: String?
    public var clientSecret: Secret?

    public static let maximumBytes = 64 * 1024
    public static let maximumURIs = 50

    public init() {}

    public init(parsing body: [UInt8]) throws(ClientMetadataError) {
        let limits = JSONLimits.document(maximumBytes: Self.maximumBytes)
        guard let json = try? JSONObject(parsing: body, limits: limits) else {
            throw ClientMetadataError("", "the body is not a JSON object within the limits")
        }
        try self.init(json)
    }
}

/// What is wrong with a client's metadata, and in which member (RFC 7591 §3.2.2).
public struct ClientMetadataError: Error, Hashable, Sendable {
    /// Empty: the document as a whole.
    public let member: String
    public let problem: String

    public init(_ member: String, _ problem: String) {
        self.member = member
        self.problem = problem
    }

    public var oauthError: OAuthError {
        let code: OAuthError.Code = member == "redirect_uris" ? .invalidRedirectURI : .invalidClientMetadata
        return OAuthError(code, member.isEmpty ? problem : "\(member) \(problem)")
    }
}
