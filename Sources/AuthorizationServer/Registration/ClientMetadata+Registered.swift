import OAuth
import Storage

extension ClientMetadata {
    /// All that is registered of a client, also what we put in or left out (RFC 7591 §3.2.1).
    init(_ client: RegisteredClient, _ party: RelyingParty) {
        self.init()
        name = client.name
        grantTypes = client.grantTypes
        authMethod = client.credentials.method
        authAlgorithm = client.credentials.assertionAlgorithm
        jwks = client.credentials.keySet
        jwksURI = client.credentials.keySetURL
        redirectURIs = party.redirectURIs
        postLogoutRedirectURIs = party.postLogoutRedirectURIs
        applicationType = party.applicationType == .native ? .native : .web
        scope = party.identityScope
        subjectType = party.subjectType == .pairwise ? .pairwise : .public
        sectorIdentifierURI = party.sectorIdentifierURI
        idTokenAlgorithm = party.idTokenAlgorithm
        userInfoAlgorithm = party.userInfoAlgorithm
        defaultMaxAge = party.defaultMaxAge
        requiresAuthTime = party.requiresAuthTime
        initiateLoginURI = party.initiateLoginURI
        requiresPushedRequests = party.requiresPushedRequests
        backchannelLogoutURI = party.backchannelLogoutURI
        backchannelLogoutSessionRequired = party.backchannelLogoutSessionRequired
        clientURI = party.homeURI
        logoURI = party.logoURI
        policyURI = party.policyURI
        termsURI = party.termsURI
        contacts = party.contacts
    }
}
