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

    init(record: KeyRecord, key: SigningKey) {
        self.record = record
        algorithm = key.algorithm
        verificationKey = key.verificationKey
        accessTokenSigner = JWTSigner(key, type: AccessTokenFormat.jwtType)
        idTokenSigner = JWTSigner(key, type: "JWT")
        // OpenID Back-Channel Logout §2.4
        logoutTokenSigner = JWTSigner(key, type: "logout+jwt")
    }
}

extension AccessTokenFormat {
    /// The `typ` of a JWT access token (RFC 9068 §2.1).
    static let jwtType = "at+jwt"
}

/// The keys of an issuer, as every request reads them: an immutable snapshot behind a lock.
package final class KeyRing: Sendable {
    /// All that one moment knows about keys.
    package struct Snapshot: Sendable {
        package var signing: [IssuerSigningKey] = []
        package var sealing: [SealingKey] = []
        package var document = Document(body: [], etag: "\"\"", maxAge: 0)
        /// Grows with each change of any key.
        package fileprivate(set) var version: UInt64 = 0

        /// The youngest key of the algorithm that may sign now.
        package func signer(_ algorithm: Algorithm, at now: NumericDate) -> IssuerSigningKey? {
            signing.last { $0.algorithm == algorithm && $0.record.mayMakeTokens(at: now) }
        }

        package func sealer(at now: NumericDate) -> SealingKey? {
            sealing.last { $0.record.mayMakeTokens(at: now) }
        }

        func signingKey(_ id: String) -> IssuerSigningKey? { signing.first { $0.record.id.rawValue == id } }
        func sealingKey(_ id: KeyID) -> SealingKey? { sealing.first { $0.record.id == id } }
    }

    private let current: Mutex<Snapshot>

    init(_ snapshot: Snapshot = Snapshot()) { current = Mutex(snapshot) }

    package var snapshot: Snapshot { current.withLock { $0 } }

    func replace(with snapshot: Snapshot) {
        current.withLock { current in
            let version = current.version &+ 1
            current = snapshot
            current.version = version
        }
    }
}

extension KeyRecord {
    /// Whether it may sign or seal: active, not yet retired, trusted.
    package func mayMakeTokens(at now: NumericDate) -> Bool {
        activeFrom <= now && (retiredAt.map { now < $0 } ?? true) && distrustedAt == nil && !isRemoved(at: now)
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
