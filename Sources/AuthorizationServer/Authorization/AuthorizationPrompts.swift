import JOSE
package import OAuth
package import Storage

/// A client as people are shown it: its name is not proof of anything, so its host stands beside.
package struct ClientDisplay: Hashable, Sendable {
    package let id: ClientID
    package let name: String
    /// Where the answer goes; `nil` for a program on the person's own device.
    package let host: String?
    package let homeURI: String?
    package let logoURI: String?
    package let policyURI: String?
    package let termsURI: String?
    /// It registered itself: what it says of itself was not looked at by anybody.
    package let isUnverified: Bool

    package init(_ client: RegisteredClient, host: String?) {
        id = client.id
        name = client.name
        self.host = host
        homeURI = client.relyingParty?.homeURI
        isUnverified = client.relyingParty?.isSelfRegistered ?? false
        // RFC 7591 §5: a picture is how a stranger passes for somebody else.
        logoURI = isUnverified ? nil : client.relyingParty?.logoURI
        policyURI = client.relyingParty?.policyURI
        termsURI = client.relyingParty?.termsURI
    }
}

/// The person as they are greeted.
package struct PersonDisplay: Hashable, Sendable {
    package let id: Subject
    package let name: String
    package let username: String

    package init(_ user: User) {
        id = user.id
        username = user.username.rawValue
        let given = user.attributes.string("name") ?? ""
        name = given.isEmpty ? user.username.rawValue : given
    }
}

/// What the sign-in page is to show.
package struct SignInPrompt: Hashable, Sendable {
    package let handle: Secret
    package let client: ClientDisplay
    package let loginHint: String?
    /// Languages that the client asks for, best first (OpenID Core §3.1.2.1).
    package let uiLocales: [String]
    /// Who is signed in already and has to prove it anew.
    package let again: PersonDisplay?
    /// Where the answer to the client goes, for the browser's own check.
    package let redirectURI: String
}

/// What the consent page is to show.
package struct ConsentPrompt: Hashable, Sendable {
    package let handle: Secret
    package let client: ClientDisplay
    package let person: PersonDisplay
    package let items: [ConsentItem]
    /// Seconds that an access token lives at most.
    package let accessDuration: Int64
    /// Access goes on after signing out.
    package let isOffline: Bool
    package let uiLocales: [String]
    package let redirectURI: String
}

/// One scope that a person is asked for.
package struct ConsentItem: Hashable, Sendable {
    /// What the form sends back: the scope, behind its resource and a space if it has one.
    package let id: String
    package let resource: ResourceIndicator?
    package let resourceName: String?
    package let scope: String
    /// How whoever runs the resource describes the scope.
    package let description: ScopeDescription?
    /// Cannot be unticked.
    package let isRequired: Bool
    /// Not part of what was agreed to before; the first time nothing stands out.
    package let isNew: Bool

    package init(
        resource: ResourceIndicator? = nil, resourceName: String? = nil, scope: String,
        description: ScopeDescription? = nil, isRequired: Bool = false, isNew: Bool
    ) {
        id = Self.id(resource, scope)
        self.resource = resource
        self.resourceName = resourceName
        self.scope = scope
        self.description = description
        self.isRequired = isRequired
        self.isNew = isNew
    }

    static func id(_ resource: ResourceIndicator?, _ scope: String) -> String {
        resource.map { "\($0) \(scope)" } ?? scope
    }
}

/// What a person chose.
package struct ConsentChoice: Hashable, Sendable {
    package let isAllowed: Bool
    /// The ids of the items that stayed ticked.
    package let items: Set<String>
    package init(isAllowed: Bool, items: Set<String>) {
        self.isAllowed = isAllowed
        self.items = items
    }
}

/// How noting a choice ended.
package enum ConsentOutcome: Hashable, Sendable {
    case noted
    /// The request is spent or expired, or belongs to another browser.
    case gone
    case notSignedIn
    /// The person has to prove anew who they are, or is not to be asked at all; nothing was noted.
    case notAsked
}
