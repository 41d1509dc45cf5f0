import JOSE
import OAuth
import Storage

/// A client as somebody asks for it; nothing in it is checked yet.
package struct ClientDraft: Sendable {
    package var id: String?
    package var name: String?
    package var credentials: CredentialsDraft
    package var grantTypes: [String]?
    package var allowedOrigins: [String]?
    /// `nil` for a program that signs nobody in.
    package var relyingParty: RelyingPartyDraft?
    /// What was wrong with reading it already.
    package var problems: [Problem]

    package init(
        id: String? = nil, name: String?, credentials: CredentialsDraft, grantTypes: [String]? = nil,
        allowedOrigins: [String]? = nil, relyingParty: RelyingPartyDraft? = nil, problems: [Problem] = []
    ) {
        self.id = id
        self.name = name
        self.credentials = credentials
        self.grantTypes = grantTypes
        self.allowedOrigins = allowedOrigins
        self.relyingParty = relyingParty
        self.problems = problems
    }

    /// The client that it describes, still without a secret.
    func checked(secrets: SecretGenerator, at now: NumericDate) throws(AdministrationError) -> RegisteredClient {
        var check = DraftCheck(problems)
        let id = check.newIdentifier(id, generated: secrets.identifier(prefix: "c_"))
        let name = check.required(name, "name").map { check.name($0) } ?? ""
        let methodText = check.required(credentials.method, "authentication_method")
        let method: AuthenticationMethod? = methodText.flatMap { check.oneOf($0, "authentication_method") }
        let registered = method.map { check.credentials(credentials, method: $0) }
        let types = check.grantTypes(grantTypes ?? usualGrantTypes(method), method: method)
        let origins = check.origins(allowedOrigins ?? [], method: method)
        let party = relyingParty.map { check.relyingParty($0, of: nil, method: method) }
        check.checkFit(of: party, types)
        try check.finish()
        guard let registered else { throw .invalid([Problem("authentication_method", "is required")]) }
        return RegisteredClient(
            id: id, name: name, credentials: registered, grantTypes: types, allowedOrigins: origins,
            relyingParty: party, createdAt: now)
    }

    private func usualGrantTypes(_ method: AuthenticationMethod?) -> [String] {
        if relyingParty != nil { return ["authorization_code", "refresh_token"] }
        return method == AuthenticationMethod.none ? [] : ["client_credentials"]
    }
}

/// What is to change about a client; what is `nil` stays.
package struct ClientChange: Sendable {
    package var name: String?
    package var isEnabled: Bool?
    package var credentials: CredentialsChange
    package var grantTypes: [String]?
    package var allowedOrigins: [String]?
    package var relyingParty: RelyingPartyDraft?
    package var problems: [Problem]

    package init(
        name: String? = nil, isEnabled: Bool? = nil, credentials: CredentialsChange = CredentialsChange(),
        grantTypes: [String]? = nil, allowedOrigins: [String]? = nil, relyingParty: RelyingPartyDraft? = nil,
        problems: [Problem] = []
    ) {
        self.name = name
        self.isEnabled = isEnabled
        self.credentials = credentials
        self.grantTypes = grantTypes
        self.allowedOrigins = allowedOrigins
        self.relyingParty = relyingParty
        self.problems = problems
    }

    func checked(against client: RegisteredClient, at now: NumericDate) throws(AdministrationError) -> RegisteredClient
    {
        var check = DraftCheck(problems)
        var changed = client
        let method = client.credentials.method
        if let name { changed.name = check.name(name) }
        if let isEnabled { changed.isEnabled = isEnabled }
        if let grantTypes { changed.grantTypes = check.grantTypes(grantTypes, method: method) }
        if let allowedOrigins { changed.allowedOrigins = check.origins(allowedOrigins, method: method) }
        changed.credentials = check.change(credentials, of: client.credentials)
        if let relyingParty {
            changed.relyingParty = check.relyingParty(relyingParty, of: client.relyingParty, method: method)
        }
        if relyingParty != nil || grantTypes != nil { check.checkFit(of: changed.relyingParty, changed.grantTypes) }
        try check.finish()
        changed.updatedAt = max(changed.updatedAt, now)
        return changed
    }
}
