package import JOSE
import OAuth
package import Storage
import Synchronization

/// A signing key of the issuer, ready for use. A class, because every request would otherwise copy all that it holds.
package final class IssuerSigningKey: Sendable {
    package let record: KeyRecord
    package let algorithm: Algorithm
    package let verificationKey: VerificationKey
    let accessTokenSigner: JWTSigner
    /// Of ID tokens and signed UserInfo answers, which no resource takes for an access token.
    let idTokenSigner: JWTSigner
    let logoutTokenSigner: JWTSigner
    let alarmSigner: JWTSigner
    let statusListSigner: JWTSigner

    init(record: KeyRecord, key: SigningKey) {
        self.record = record
        algorithm = key.algorithm
        verificationKey = key.verificationKey
        accessTokenSigner = JWTSigner(key, type: AccessTokenFormat.jwtType)
        idTokenSigner = JWTSigner(key, type: "JWT")
        // OpenID Back-Channel Logout §2.4
        logoutTokenSigner = JWTSigner(key, type: "logout+jwt")
        alarmSigner = JWTSigner(key, type: "tessera-alarm+jwt")
        statusListSigner = JWTSigner(key, type: StatusListToken.type)
    }
}

extension AccessTokenFormat {
    /// The `typ` of a JWT access token (RFC 9068 §2.1).
    static let jwtType = "at+jwt"
}

/// The keys of an issuer, as every request reads them: an immutable snapshot behind a lock.
package final class KeyRing: Sendable {
    /// All that one moment knows about keys. A class for the same reason.
    package final class Snapshot: Sendable {
        package let signing: [IssuerSigningKey]
        package let sealing: [SealingKey]
        package let feed: [FeedSigningKey]
        package let document: Document
        /// The key set of the revocation feed.
        package let feedDocument: Document
        /// Grows with each change of any key.
        package let version: UInt64

        private static let unread = Document(body: [], etag: "\"\"", maxAge: 0)

        fileprivate init(
            version: UInt64 = 0, signing: [IssuerSigningKey] = [], sealing: [SealingKey] = [],
            feed: [FeedSigningKey] = [], document: Document = unread, feedDocument: Document = unread
        ) {
            self.version = version
            self.signing = signing
            self.sealing = sealing
            self.feed = feed
            self.document = document
            self.feedDocument = feedDocument
        }

        /// The youngest key of the algorithm that may sign now.
        package func signer(_ algorithm: Algorithm, at now: NumericDate) -> IssuerSigningKey? {
            signing.last { $0.algorithm == algorithm && $0.record.mayMakeTokens(at: now) }
        }

        /// The key that signs for whoever was registered with `former` before `algorithm`.
        ///
        /// Verifiers keep the key set for a while, so the first key of an algorithm signs nothing that was signed with
        /// another so far before all of them had time to see it. What is new has no other algorithm to go on with, and
        /// nobody who expects one: it is signed with a key that is published and not yet used by others.
        package func signer(
            _ algorithm: Algorithm, after former: Algorithm?, at now: NumericDate
        ) -> IssuerSigningKey? {
            if let key = signer(algorithm, at: now) { return key }
            if let former, let key = signer(former, at: now) ?? announced(former, at: now) { return key }
            return announced(algorithm, at: now)
        }

        /// The first key of the algorithm that is published ahead of its time.
        func announced(_ algorithm: Algorithm, at now: NumericDate) -> IssuerSigningKey? {
            signing.first { $0.algorithm == algorithm && $0.record.isAnnounced(at: now) }
        }

        /// What goes on signing after a change from `old`, which itself may not have taken effect yet, to `new`.
        func former(
            _ old: Algorithm, after former: Algorithm?, changedTo new: Algorithm, at now: NumericDate
        ) -> Algorithm? {
            guard signer(new, at: now) == nil else { return nil }
            guard old != new else { return former }
            let effective = signer(old, at: now) == nil ? former ?? old : old
            return effective == new ? nil : effective
        }

        package func sealer(at now: NumericDate) -> SealingKey? {
            sealing.last { $0.record.mayMakeTokens(at: now) }
        }

        /// The youngest key that may sign the revocation feed now.
        package func feedSigner(at now: NumericDate) -> FeedSigningKey? {
            feed.last { $0.record.mayMakeTokens(at: now) }
        }

        func signingKey(_ id: String) -> IssuerSigningKey? { signing.first { $0.record.id.rawValue == id } }
        func sealingKey(_ id: KeyID) -> SealingKey? { sealing.first { $0.record.id == id } }
    }

    private let current = Mutex(Snapshot())

    package var snapshot: Snapshot { current.withLock { $0 } }

    func replace(
        signing: [IssuerSigningKey], sealing: [SealingKey], feed: [FeedSigningKey], document: Document,
        feedDocument: Document
    ) {
        current.withLock { current in
            current = Snapshot(
                version: current.version &+ 1, signing: signing, sealing: sealing, feed: feed, document: document,
                feedDocument: feedDocument)
        }
    }
}

extension KeyRecord {
    /// Whether it may sign or seal: active, not yet retired, trusted.
    package func mayMakeTokens(at now: NumericDate) -> Bool {
        activeFrom <= now && (retiredAt.map { now < $0 } ?? true) && distrustedAt == nil && !isRemoved(at: now)
    }

    /// Whether it is published and will make tokens, unless somebody ends it before.
    func isAnnounced(at now: NumericDate) -> Bool {
        now < activeFrom && (retiredAt.map { activeFrom < $0 } ?? true) && distrustedAt == nil && !isRemoved(at: now)
    }

    package func isRemoved(at now: NumericDate) -> Bool { removedAt.map { $0 <= now } ?? false }

    /// Where it stands in its life, in one word.
    package func stage(at now: NumericDate) -> String {
        if distrustedAt != nil { return "distrusted" }
        if isRemoved(at: now) { return "removed" }
        if let retiredAt, retiredAt <= now { return "retired" }
        return activeFrom <= now ? "active" : "announced"
    }
}
