/// The names under which one token can be revoked, with the number that it carries for each: made once for a token,
/// looked up at each of its uses.
public struct RevocationNames: Hashable, Sendable {
    public struct Mention: Hashable, Sendable {
        public let kind: RevocationName.Kind
        public let name: RevocationName
        /// What the token carries; 0 where it carries no number.
        public let number: Int64
    }

    public let mentions: [Mention]

    /// - Parameter keyID: the `kid` of the header; `nil` for a token that no key of the issuer signed.
    public init(_ claims: AccessTokenClaims, keyID: String?) {
        self.init(
            of: claims.issuer, keyID: keyID, token: claims.tokenID, subject: claims.subject, client: claims.clientID,
            audience: claims.audience, roots: TokenRoots(grant: claims.grant, epochs: claims.epochs))
    }

    /// The same of what a verifier has read already.
    public init(
        of issuer: String, keyID: String?, token: TokenID, subject: Subject, client: ClientID,
        audience: [ResourceIndicator], roots: TokenRoots
    ) {
        func mention(_ kind: RevocationName.Kind, _ name: String, _ number: Int64 = 0) -> Mention {
            Mention(kind: kind, name: RevocationName(kind, name, of: issuer), number: number)
        }
        var mentions: [Mention] = []
        mentions.reserveCapacity(5 &+ audience.count)
        if let keyID { mentions.append(mention(.key, keyID)) }
        mentions.append(mention(.token, token.rawValue))
        mentions.append(mention(.subject, subject.rawValue, roots.epochs.subject))
        mentions.append(mention(.client, client.rawValue, roots.epochs.client))
        mentions.append(mention(.grant, roots.grant.rawValue, roots.epochs.grant))
        for resource in audience {
            mentions.append(mention(.resource, resource.rawValue, roots.epochs.resource))
        }
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
