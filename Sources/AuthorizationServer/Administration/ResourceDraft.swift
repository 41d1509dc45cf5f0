import JOSE
import OAuth
import Storage

/// A protected resource as somebody asks for it; nothing in it is checked yet.
package struct ResourceDraft: Sendable {
    package var id: String?
    package var identifier: String?
    package var name: String?
    package var credentials: CredentialsDraft
    package var scope: String?
    package var tokenFormat: String?
    package var accessTokenLifetime: Int64?
    package var signingAlgorithm: String?
    /// What was wrong with reading it already.
    package var problems: [Problem]

    package init(
        id: String? = nil, identifier: String?, name: String?, credentials: CredentialsDraft = CredentialsDraft(),
        scope: String?, tokenFormat: String? = nil, accessTokenLifetime: Int64? = nil, signingAlgorithm: String? = nil,
        problems: [Problem] = []
    ) {
        self.id = id
        self.identifier = identifier
        self.name = name
        self.credentials = credentials
        self.scope = scope
        self.tokenFormat = tokenFormat
        self.accessTokenLifetime = accessTokenLifetime
        self.signingAlgorithm = signingAlgorithm
        self.problems = problems
    }

    /// The resource that it describes, still without a secret.
    func checked(
        policy: ServerPolicy, secrets: SecretGenerator, at now: NumericDate
    ) throws(AdministrationError) -> ProtectedResource {
        var check = DraftCheck(problems)
        let id = check.newIdentifier(id, generated: secrets.identifier(prefix: "r_"))
        let identifier = check.required(identifier, "identifier").flatMap { check.indicator($0, "identifier") }
        let name = check.required(name, "name").map { check.name($0) } ?? ""
        let methodText = credentials.method ?? AuthenticationMethod.clientSecretBasic.rawValue
        let method: AuthenticationMethod? = check.oneOf(methodText, "authentication_method")
        let registered = method.map { check.credentials(credentials, method: $0) }
        let scope = check.required(scope, "scope").map { check.scope($0) } ?? .empty
        let format: AccessTokenFormat? = check.oneOf(tokenFormat ?? AccessTokenFormat.jwt.rawValue, "token_format")
        let lifetime = check.lifetime(
            accessTokenLifetime ?? min(300, policy.maximumAccessTokenLifetime),
            maximum: policy.maximumAccessTokenLifetime)
        let algorithm: Algorithm? = check.oneOf(signingAlgorithm ?? Algorithm.ES256.rawValue, "signing_algorithm")
        try check.finish()
        guard let identifier, let registered, let format, let algorithm else { throw .invalid([]) }
        return ProtectedResource(
            id: id, identifier: identifier, name: name, credentials: registered, scope: scope, tokenFormat: format,
            accessTokenLifetime: lifetime, signingAlgorithm: algorithm, createdAt: now)
    }
}

/// What is to change about a resource; what is `nil` stays.
package struct ResourceChange: Sendable {
    package var name: String?
    package var isEnabled: Bool?
    package var credentials: CredentialsChange
    package var scope: String?
    package var tokenFormat: String?
    package var accessTokenLifetime: Int64?
    package var signingAlgorithm: String?
    package var problems: [Problem]

    package init(
        name: String? = nil, isEnabled: Bool? = nil, credentials: CredentialsChange = CredentialsChange(),
        scope: String? = nil, tokenFormat: String? = nil, accessTokenLifetime: Int64? = nil,
        signingAlgorithm: String? = nil, problems: [Problem] = []
    ) {
        self.name = name
        self.isEnabled = isEnabled
        self.credentials = credentials
        self.scope = scope
        self.tokenFormat = tokenFormat
        self.accessTokenLifetime = accessTokenLifetime
        self.signingAlgorithm = signingAlgorithm
        self.problems = problems
    }

    /// Whether nothing but the lifetime of tokens changes, the one thing that may change about the built-in resource.
    var changesLifetimeOnly: Bool {
        name == nil && isEnabled == nil && credentials.isEmpty && scope == nil && tokenFormat == nil
            && signingAlgorithm == nil
    }

    func checked(
        against resource: ProtectedResource, policy: ServerPolicy, at now: NumericDate
    ) throws(AdministrationError) -> ProtectedResource {
        var check = DraftCheck(problems)
        var changed = resource
        if let name { changed.name = check.name(name) }
        if let isEnabled { changed.isEnabled = isEnabled }
        if let scope { changed.scope = check.scope(scope) }
        if let tokenFormat { changed.tokenFormat = check.oneOf(tokenFormat, "token_format") ?? resource.tokenFormat }
        if let accessTokenLifetime {
            changed.accessTokenLifetime = check.lifetime(
                accessTokenLifetime, maximum: policy.maximumAccessTokenLifetime)
        }
        if let signingAlgorithm {
            changed.signingAlgorithm = check.oneOf(signingAlgorithm, "signing_algorithm") ?? resource.signingAlgorithm
        }
        changed.credentials = check.change(credentials, of: resource.credentials)
        try check.finish()
        changed.updatedAt = now
        return changed
    }
}

extension DraftCheck {
    mutating func indicator(_ text: String, _ field: String) -> ResourceIndicator? {
        do { return try ResourceIndicator(text) } catch {
            report(field, error.description)
            return nil
        }
    }
}
