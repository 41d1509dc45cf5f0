/// The names under which one resource is told that a token is revoked, with the number that the token carries for each:
/// made once for a token, looked up at each of its uses.
public struct RevocationNames: Hashable, Sendable {
    public struct Mention: Hashable, Sendable {
        public let kind: RevocationName.Kind
        public let name: RevocationName
        /// What the token carries; 0 where it carries no number.
        public let number: Int64
    }

    public let mentions: [Mention]

    /// - Parameters:
    ///   - keyID: the `kid` of the header; `nil` for a token that no key of the issuer signed.
    ///   - naming: of the resource that judges the token, which is one that the token is for.
    public init(_ claims: AccessTokenClaims, keyID: String?, by naming: RevocationNaming) {
        self.init(
            of: claims.issuer, keyID: keyID, token: claims.tokenID, subject: claims.subject, client: claims.clientID,
            roots: TokenRoots(grant: claims.grant, epochs: claims.epochs), by: naming)
    }

    /// The same of what a verifier has read already.
    public init(
        of issuer: String, keyID: String?, token: TokenID, subject: Subject, client: ClientID,
        roots: TokenRoots, by naming: RevocationNaming
    ) {
        self.init(keyID: keyID, token: token, subject: subject, client: client, roots: roots, at: naming.resource) {
            naming.name(RevocationName($0, $1, of: issuer))
        }
    }

    /// - Parameter name: what the resource is told a thing by, made now or before.
    package init(
        keyID: String?, token: TokenID, subject: Subject, client: ClientID, roots: TokenRoots,
        at resource: ResourceIndicator, name: (RevocationName.Kind, String) -> RevocationName
    ) {
        func mention(_ kind: RevocationName.Kind, _ text: String, _ number: Int64 = 0) -> Mention {
            Mention(kind: kind, name: name(kind, text), number: number)
        }
        var mentions: [Mention] = []
        mentions.reserveCapacity(6)
        if let keyID { mentions.append(mention(.key, keyID)) }
        mentions.append(mention(.token, token.rawValue))
        mentions.append(mention(.subject, subject.rawValue, roots.epochs.subject))
        mentions.append(mention(.client, client.rawValue, roots.epochs.client))
        mentions.append(mention(.grant, roots.grant.rawValue, roots.epochs.grant))
        // Of several resources that a token is for, each hears of its own end only.
        mentions.append(mention(.resource, resource.rawValue, roots.epochs.resource))
        self.mentions = mentions
    }
}

/// Whether a token is revoked: the one decision of every reader of the feed.
public enum RevocationVerdict: Hashable, Sendable {
    case valid
    /// By what it is named, the first of ``RevocationNames/mentions``.
    case revoked(RevocationName.Kind)

    /// - Parameter value: the highest value of the entries on a name; 0 where there is none.
    public init(of names: RevocationNames, value: (RevocationName) -> Int64) {
        for mention in names.mentions where mention.number < value(mention.name) {
            self = .revoked(mention.kind)
            return
        }
        self = .valid
    }
}
