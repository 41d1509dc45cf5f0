import JOSE
import OAuth
package import Storage

/// A protected resource as somebody asks for it; nothing in it is checked yet.
package struct ResourceDraft: Sendable {
    package var id: String?
    package var identifier: String?
    package var name: String?
    package var credentials: CredentialsDraft
    package var scope: String?
    /// By scope.
    package var scopeDescriptions: [String: ScopeDescription]?
    package var tokenFormat: String?
    package var accessTokenLifetime: Int64?
    package var signingAlgorithm: String?
    /// What was wrong with reading it already.
    package var problems: [Problem]

    package init(
        id: String? = nil, identifier: String?, name: String?, credentials: CredentialsDraft = CredentialsDraft(),
        scope: String?, scopeDescriptions: [String: ScopeDescription]? = nil, tokenFormat: String? = nil,
        accessTokenLifetime: Int64? = nil, signingAlgorithm: String? = nil, problems: [Problem] = []
    ) {
        self.id = id
        self.identifier = identifier
        self.name = name
        self.credentials = credentials
        self.scope = scope
        self.scopeDescriptions = scopeDescriptions
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
        let descriptions = check.descriptions(scopeDescriptions ?? [:], of: scope)
        let format: AccessTokenFormat? = check.oneOf(tokenFormat ?? AccessTokenFormat.jwt.rawValue, "token_format")
        let lifetime = check.lifetime(
            accessTokenLifetime ?? min(300, policy.maximumAccessTokenLifetime),
            maximum: policy.maximumAccessTokenLifetime)
        let algorithm: Algorithm? = check.oneOf(signingAlgorithm ?? Algorithm.ES256.rawValue, "signing_algorithm")
        try check.finish()
        guard let identifier, let registered, let format, let algorithm else { throw .invalid([]) }
        return ProtectedResource(
            id: id, identifier: identifier, name: name, credentials: registered, scope: scope,
            scopeDescriptions: descriptions, tokenFormat: format, accessTokenLifetime: lifetime,
            signingAlgorithm: algorithm, createdAt: now)
    }
}

/// What is to change about a resource; what is `nil` stays.
package struct ResourceChange: Sendable {
    package var name: String?
    package var isEnabled: Bool?
    package var credentials: CredentialsChange
    package var scope: String?
    package var scopeDescriptions: [String: ScopeDescription]?
    package var tokenFormat: String?
    package var accessTokenLifetime: Int64?
    package var signingAlgorithm: String?
    package var problems: [Problem]

    package init(
        name: String? = nil, isEnabled: Bool? = nil, credentials: CredentialsChange = CredentialsChange(),
        scope: String? = nil, scopeDescriptions: [String: ScopeDescription]? = nil, tokenFormat: String? = nil,
        accessTokenLifetime: Int64? = nil, signingAlgorithm: String? = nil, problems: [Problem] = []
    ) {
        self.name = name
        self.isEnabled = isEnabled
        self.credentials = credentials
        self.scope = scope
        self.scopeDescriptions = scopeDescriptions
        self.tokenFormat = tokenFormat
        self.accessTokenLifetime = accessTokenLifetime
        self.signingAlgorithm = signingAlgorithm
        self.problems = problems
    }

    /// Whether nothing but the lifetime of tokens changes, the one thing that may change about the built-in resource.
    var changesLifetimeOnly: Bool {
        name == nil && isEnabled == nil && credentials.isEmpty && scope == nil && scopeDescriptions == nil
            && tokenFormat == nil && signingAlgorithm == nil
    }

    func checked(
        against resource: ProtectedResource, policy: ServerPolicy, at now: NumericDate
    ) throws(AdministrationError) -> ProtectedResource {
        var check = DraftCheck(problems)
        var changed = resource
        if let name { changed.name = check.name(name) }
        if let isEnabled { changed.isEnabled = isEnabled }
        if let scope { changed.scope = check.scope(scope) }
        if let scopeDescriptions {
            changed.scopeDescriptions = check.descriptions(scopeDescriptions, of: changed.scope)
        } else {
            changed.scopeDescriptions = resource.scopeDescriptions.filter { changed.scope.contains($0.key) }
        }
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

    /// Words for people, about scopes that there are.
    mutating func descriptions(
        _ drafts: [String: ScopeDescription], of scope: Scope
    ) -> [String: ScopeDescription] {
        for (token, description) in drafts.sorted(by: { $0.key < $1.key }) {
            guard scope.contains(token) else {
                report("scope_descriptions", "describes \(token.prefix(64)), which is no scope of the resource")
                continue
            }
            let languages = description.translations.keys
            if languages.count > Self.maximumTranslations || !languages.allSatisfy(Self.isLanguageTag) {
                report(
                    "scope_descriptions",
                    "must have at most \(Self.maximumTranslations) translations of \(token), each under a language tag")
            }
            if !([description.text] + description.translations.values).allSatisfy(Self.isLine) {
                report(
                    "scope_descriptions", "must say in 1 to 200 printable bytes what \(token) lets an application do")
            }
        }
        return drafts
    }

    private static let maximumTranslations = 20

    /// The usual form of RFC 5646 §2.1.
    private static func isLanguageTag(_ text: String) -> Bool {
        let parts = text.utf8.split(separator: 0x2D, omittingEmptySubsequences: false)
        guard (2...35).contains(text.utf8.count), let first = parts.first, (2...8).contains(first.count) else {
            return false
        }
        return first.allSatisfy { isAlphanumeric($0) && $0 > 0x39 }
            && parts.allSatisfy { (1...8).contains($0.count) && $0.allSatisfy(isAlphanumeric) }
    }

    private static func isLine(_ text: String) -> Bool {
        (1...200).contains(text.utf8.count) && !text.unicodeScalars.contains(where: isUnprintable)
            && !text.unicodeScalars.allSatisfy(\.properties.isWhitespace)
    }
}
