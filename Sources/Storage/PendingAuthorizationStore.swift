package import JOSE
package import OAuth

/// An authorization request that waits: for a person who reads a page, or, pushed by a client, for a browser (RFC
/// 9126).
package struct PendingAuthorization: Hashable, Sendable {
    package enum Origin: String, CaseIterable, Hashable, Sendable {
        case browser
        /// By a client that proves nothing about itself.
        case pushed
        /// By a client that authenticated.
        case pushedVouched
        /// What such a client pushed, brought by a browser.
        case vouched

        package var isPushed: Bool { self == .pushed || self == .pushedVouched }
        /// A client that authenticated stands behind it: no stranger can make such ones.
        package var isVouched: Bool { self == .pushedVouched || self == .vouched }
    }

    /// Of the secret handle in the browser's address or in the `request_uri`.
    package let hash: TokenHash
    package let origin: Origin
    /// Of the browser's cookie; `nil` for a pushed request.
    package let browser: TokenHash?
    package let client: ClientID
    /// The request's parameters, form-encoded; parsed and checked again at each step, by the one parser there is.
    package let parameters: [UInt8]
    /// The session in which the person signed in for this very request.
    package var freshSession: SessionID?
    /// What the person decided on the consent page of this very request.
    package var decision: ConsentDecision?
    package let createdAt: NumericDate
    package let expiresAt: NumericDate

    package init(
        hash: TokenHash, origin: Origin, browser: TokenHash?, client: ClientID, parameters: [UInt8],
        freshSession: SessionID? = nil, decision: ConsentDecision? = nil, createdAt: NumericDate, expiresAt: NumericDate
    ) {
        self.hash = hash
        self.origin = origin
        self.browser = browser
        self.client = client
        self.parameters = parameters
        self.freshSession = freshSession
        self.decision = decision
        self.createdAt = createdAt
        self.expiresAt = expiresAt
    }
}

/// What a person chose on the consent page.
package struct ConsentDecision: Hashable, Sendable {
    package let subject: Subject
    /// `false`: the person said no; the scopes are empty.
    package let isGiven: Bool
    package let identityScope: Scope
    package let resourceScopes: [ResourceIndicator: Scope]
    package init(
        subject: Subject, isGiven: Bool, identityScope: Scope = .empty,
        resourceScopes: [ResourceIndicator: Scope] = [:]
    ) {
        self.subject = subject
        self.isGiven = isGiven
        self.identityScope = identityScope
        self.resourceScopes = resourceScopes
    }
}

extension PendingAuthorization {
    /// How many wait at most, unless an operator says otherwise: 68 MB.
    package static let usualLimit = 100_000

    /// How many make room at once where `count` wait: counting takes longer than inserting, so it is done rarely.
    package static func surplus(of count: Int, limit: Int) -> Int {
        count < limit ? 0 : count &- limit &+ max(1, limit / 16)
    }
}

extension PendingAuthorizationStore {
    /// The same within the usual limit.
    package func insert(_ pending: PendingAuthorization) async throws {
        try await insert(pending, keeping: PendingAuthorization.usualLimit)
    }
}

/// Authorization requests that wait.
package protocol PendingAuthorizationStore: Sendable {
    /// Never keeps more than `limit` of those that are vouched for (``PendingAuthorization/Origin/isVouched``), and as
    /// many of all others, expired ones included: the oldest of its own kind make room, those first in which nobody
    /// signed in or decided anything.
    func insert(_ pending: PendingAuthorization, keeping limit: Int) async throws
    /// One that is neither spent nor expired.
    func pendingAuthorization(_ hash: TokenHash, at now: NumericDate) async throws -> PendingAuthorization?
    /// `false` if it is spent or expired.
    func note(freshSession: SessionID, for hash: TokenHash, at now: NumericDate) async throws -> Bool
    /// Notes the decision with its event and, if it is a yes, remembers it as the answer to `question`, in one
    /// transaction. It goes beside what is agreed to at that very moment: of two answers at once neither is lost, and
    /// what was withdrawn meanwhile does not come back. `false`, and nothing written, if the request is spent or
    /// expired, if the person may not act any more, or if what the request was judged by has changed.
    func note(
        _ decision: ConsentDecision, for hash: TokenHash, remembering question: ConsentQuestion?,
        judgedBy basis: JudgedRegistrations?, at now: NumericDate, with effects: Effects
    ) async throws -> Bool
    /// Spends it: of many callers one gets it, all others `nil`.
    func take(_ hash: TokenHash, at now: NumericDate) async throws -> PendingAuthorization?
}
