import JOSE
import OAuth
import OAuthClient
import Synchronization

/// The browsers that are signed in, in memory of a bounded size. Of the secrets in their cookies it knows digests only.
package final class GatewaySessions: Sendable {
    struct Session: Sendable {
        /// The only one that it counts at.
        let origin: SignInOrigin
        let subject: Subject
        /// As the issuer calls its own session in logout tokens.
        let issuerSession: SessionID?
        let startedAt: NumericDate
        var usedAt: NumericDate
        let tokens: TokenSession
    }

    private let policy: SignInPolicy
    private let memory: Mutex<BoundedMemory<SecretDigest, Subject, Session>>

    init(_ policy: SignInPolicy) {
        self.policy = policy
        memory = Mutex(BoundedMemory(capacity: policy.sessions, share: policy.sessionsPerPerson))
    }

    package var count: Int { memory.withLock { $0.count } }

    func start(_ session: Session, as secret: Secret) {
        let now = session.startedAt
        memory.withLock { memory in
            memory.removeOldest { isOver($0, at: now) }
            // Whoever is forgotten for it signs in again.
            _ = memory.insert(session, as: SecretDigest(secret), of: session.subject)
        }
    }

    /// The session of a cookie at an origin; to ask for it is to use it.
    func session(_ secret: Secret, at origin: SignInOrigin, _ now: NumericDate) -> Session? {
        let digest = SecretDigest(secret)
        return memory.withLock { memory in
            guard let session = memory[digest], session.origin == origin else { return nil }
            guard !isOver(session, at: now), now < session.usedAt + policy.sessionIdle else {
                _ = memory.remove(digest)
                return nil
            }
            memory.update(digest) { $0.usedAt = max($0.usedAt, now) }
            return session
        }
    }

    func end(_ secret: Secret, at origin: SignInOrigin) -> Session? {
        let digest = SecretDigest(secret)
        return memory.withLock { memory in
            guard memory[digest]?.origin == origin else { return nil }
            return memory.remove(digest)
        }
    }

    /// All that the issuer says have ended.
    func end(_ notice: LogoutNotice) -> [Session] {
        memory.withLock { memory in
            memory.removeAll { session in
                if let subject = notice.subject, session.subject != subject { return false }
                guard let named = notice.session else { return notice.subject != nil }
                return session.issuerSession == named
            }
        }
    }

    private func isOver(_ session: Session, at now: NumericDate) -> Bool {
        now >= session.startedAt + policy.sessionLifetime
    }
}
