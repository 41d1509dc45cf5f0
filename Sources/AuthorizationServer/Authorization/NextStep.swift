package import JOSE
package import OAuth

/// What to do next with an authorization request.
package enum NextStep: Hashable, Sendable {
    /// `again`: somebody is signed in, and has to prove it anew.
    case authenticate(again: Bool)
    case askForConsent
    case issueCode
    case refuse(OAuthError.Code)
}

/// All that the next step of an authorization request depends on.
///
/// Pages never send the browser to one another. Each returns to ``nextStep(at:)``, so the order of the steps is this
/// one function, and nothing that a page forgets can skip one.
package struct AuthorizationState: Hashable, Sendable {
    /// Who is signed in at the browser.
    package struct SignedIn: Hashable, Sendable {
        package var subject: Subject
        package var authenticatedAt: NumericDate
        /// The sign-in was made for this very request, so `prompt=login` and `max_age` do not ask again.
        package var isFresh: Bool

        package init(subject: Subject, authenticatedAt: NumericDate, isFresh: Bool = false) {
            self.subject = subject
            self.authenticatedAt = authenticatedAt
            self.isFresh = isFresh
        }
    }

    /// What the person said about this very request.
    package enum Decision: Hashable, Sendable { case given(Subject), denied(Subject) }

    package var signedIn: SignedIn?
    package var decision: Decision?
    /// Nobody needs to be asked: the operator's own application, or a consent that covers all.
    package var isConsented = false
    /// `prompt=none`: no page may be shown.
    package var isSilent = false
    /// `prompt=login` or `select_account`
    package var demandsSignIn = false
    /// `prompt=consent`
    package var demandsConsent = false
    /// Seconds (OpenID Core §3.1.2.1 `max_age`).
    package var maxAge: Int64?
    /// `id_token_hint` or the `claims` parameter speak of somebody else than who is signed in.
    package var isSomebodyElse = false
    /// An essential `acr` that no sign-in here can reach.
    package var isUnreachable = false

    package init() {}

    package func nextStep(at now: NumericDate) -> NextStep {
        // OpenID Connect Core Error Code unmet_authentication_requirements §2
        guard !isUnreachable else { return .refuse(.unmetAuthenticationRequirements) }
        guard let signedIn else { return signIn(again: false) }
        if isSomebodyElse {
            // Even after signing in for this request: it is not theirs to answer.
            return signedIn.isFresh ? .refuse(.loginRequired) : signIn(again: true)
        }
        guard !isStale(signedIn, at: now) else { return signIn(again: true) }
        switch decision {
        case .denied(signedIn.subject): return .refuse(.accessDenied)
        case .given(signedIn.subject): return .issueCode
        default: break
        }
        guard isConsented, !demandsConsent else {
            return isSilent ? .refuse(.consentRequired) : .askForConsent
        }
        return .issueCode
    }

    private func isStale(_ signedIn: SignedIn, at now: NumericDate) -> Bool {
        guard !signedIn.isFresh else { return false }
        if demandsSignIn { return true }
        guard let maxAge else { return false }
        return (now - signedIn.authenticatedAt).components.seconds >= maxAge
    }

    /// OpenID Core §3.1.2.6: `login_required` where no page may be shown.
    private func signIn(again: Bool) -> NextStep { isSilent ? .refuse(.loginRequired) : .authenticate(again: again) }
}
