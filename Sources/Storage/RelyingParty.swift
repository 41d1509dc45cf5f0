package import JOSE
package import OAuth

/// What a client that signs people in is registered with (RFC 7591 §2, OpenID Registration §2).
package struct RelyingParty: Hashable, Sendable {
    package enum ApplicationType: String, CaseIterable, Hashable, Sendable { case web, native }
    package enum SubjectType: String, CaseIterable, Hashable, Sendable { case `public`, pairwise }

    package var redirectURIs: [String]
    package var postLogoutRedirectURIs: [String]
    package var applicationType: ApplicationType
    /// What it may ask people for, about themselves.
    package var identityScope: Scope
    /// What it may ask people for, at resources.
    package var resourceScopes: [ResourceIndicator: Scope]
    /// The resource of tokens for which it names none.
    package var defaultResource: ResourceIndicator?
    package var subjectType: SubjectType
    /// The host that pairwise subjects are made for.
    package var sectorIdentifier: String?
    /// Where the list of the sector's redirect URIs is, if that is how the client proved to belong to it.
    package var sectorIdentifierURI: String?
    package var idTokenAlgorithm: Algorithm
    /// What ID tokens are signed with until a key of that may sign; `nil` where nothing was before.
    package var formerIDTokenAlgorithm: Algorithm?
    /// `nil`: UserInfo answers plain JSON.
    package var userInfoAlgorithm: Algorithm?
    /// The same of UserInfo answers.
    package var formerUserInfoAlgorithm: Algorithm?
    package var backchannelLogoutURI: String?
    package var backchannelLogoutSessionRequired: Bool
    package var initiateLoginURI: String?
    package var requiresPushedRequests: Bool
    /// A confidential OpenID client that sends `nonce` may go without PKCE.
    package var mayOmitPKCE: Bool
    /// The token endpoint's URL is accepted as audience of its assertions.
    package var mayAddressAssertionsToTokenEndpoint: Bool
    /// The operator's own application: people are not asked for consent.
    package var isFirstParty: Bool
    package var defaultMaxAge: Int64?
    package var requiresAuthTime: Bool
    package var homeURI: String?
    package var logoURI: String?
    package var policyURI: String?
    package var termsURI: String?
    package var contacts: [String]
    /// Of a client that registered itself: the hash of the token with which it manages itself (RFC 7592 §3).
    package var registrationToken: TokenHash?

    /// What the client says of itself was not looked at by anybody.
    package var isSelfRegistered: Bool { registrationToken != nil }

    package init(
        redirectURIs: [String], postLogoutRedirectURIs: [String] = [], applicationType: ApplicationType = .web,
        identityScope: Scope = Scope(unchecked: ["openid", "profile", "email"]),
        resourceScopes: [ResourceIndicator: Scope] = [:], defaultResource: ResourceIndicator? = nil,
        subjectType: SubjectType = .public, sectorIdentifier: String? = nil, sectorIdentifierURI: String? = nil,
        idTokenAlgorithm: Algorithm = .ES256, userInfoAlgorithm: Algorithm? = nil, backchannelLogoutURI: String? = nil,
        backchannelLogoutSessionRequired: Bool = false, initiateLoginURI: String? = nil,
        requiresPushedRequests: Bool = false, mayOmitPKCE: Bool = false,
        mayAddressAssertionsToTokenEndpoint: Bool = false, isFirstParty: Bool = false, defaultMaxAge: Int64? = nil,
        requiresAuthTime: Bool = false, homeURI: String? = nil, logoURI: String? = nil, policyURI: String? = nil,
        termsURI: String? = nil, contacts: [String] = [],
        registrationToken: TokenHash? = nil
    ) {
        self.redirectURIs = redirectURIs
        self.postLogoutRedirectURIs = postLogoutRedirectURIs
        self.applicationType = applicationType
        self.identityScope = identityScope
        self.resourceScopes = resourceScopes
        self.defaultResource = defaultResource
        self.subjectType = subjectType
        self.sectorIdentifier = sectorIdentifier
        self.sectorIdentifierURI = sectorIdentifierURI
        self.idTokenAlgorithm = idTokenAlgorithm
        self.userInfoAlgorithm = userInfoAlgorithm
        self.backchannelLogoutURI = backchannelLogoutURI
        self.backchannelLogoutSessionRequired = backchannelLogoutSessionRequired
        self.initiateLoginURI = initiateLoginURI
        self.requiresPushedRequests = requiresPushedRequests
        self.mayOmitPKCE = mayOmitPKCE
        self.mayAddressAssertionsToTokenEndpoint = mayAddressAssertionsToTokenEndpoint
        self.isFirstParty = isFirstParty
        self.defaultMaxAge = defaultMaxAge
        self.requiresAuthTime = requiresAuthTime
        self.homeURI = homeURI
        self.logoURI = logoURI
        self.policyURI = policyURI
        self.termsURI = termsURI
        self.contacts = contacts
        self.registrationToken = registrationToken
    }
}
