import AuthorizationServer
import JOSE
import OAuth
import TestSupport
import Testing

@Suite struct `The next step of an authorization request` {
    private static let now = Issuance.start
    private static let ada = Subject(unchecked: "ada")
    private static let bob = Subject(unchecked: "bob")

    /// One row of the table.
    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let step: NextStep
        let state: AuthorizationState

        init(_ name: String, _ step: NextStep, _ change: (inout AuthorizationState) -> Void = { _ in }) {
            testDescription = name
            self.step = step
            var state = AuthorizationState()
            change(&state)
            self.state = state
        }
    }

    private static func signedIn(
        _ subject: Subject = ada, ago seconds: Int64 = 100, isFresh: Bool = false
    ) -> AuthorizationState.SignedIn {
        AuthorizationState.SignedIn(
            subject: subject, authenticatedAt: now + .seconds(-seconds), isFresh: isFresh)
    }

    static let table: [Row] = [
        Row("nobody is signed in", .authenticate(again: false)),
        Row("nobody is signed in, and no page may be shown", .refuse(.loginRequired)) { $0.isSilent = true },
        Row("nobody is signed in, whatever was agreed", .authenticate(again: false)) {
            $0.isConsented = true
            $0.decision = .given(ada)
        },
        Row("signed in, never asked", .askForConsent) { $0.signedIn = signedIn() },
        Row("signed in, never asked, and no page may be shown", .refuse(.consentRequired)) {
            $0.signedIn = signedIn()
            $0.isSilent = true
        },
        Row("signed in, agreed before", .issueCode) {
            $0.signedIn = signedIn()
            $0.isConsented = true
        },
        Row("signed in, agreed before, without a page", .issueCode) {
            $0.signedIn = signedIn()
            $0.isConsented = true
            $0.isSilent = true
        },
        Row("prompt=consent asks although all is agreed", .askForConsent) {
            $0.signedIn = signedIn()
            $0.isConsented = true
            $0.demandsConsent = true
        },
        Row("prompt=consent does not ask twice", .issueCode) {
            $0.signedIn = signedIn()
            $0.isConsented = true
            $0.demandsConsent = true
            $0.decision = .given(ada)
        },
        Row("the person said no", .refuse(.accessDenied)) {
            $0.signedIn = signedIn()
            $0.decision = .denied(ada)
        },
        Row("no counts although it was agreed before", .refuse(.accessDenied)) {
            $0.signedIn = signedIn()
            $0.isConsented = true
            $0.decision = .denied(ada)
        },
        Row("somebody else decided, then ada signed in", .askForConsent) {
            $0.signedIn = signedIn()
            $0.decision = .given(bob)
        },
        Row("somebody else said no, then ada signed in", .askForConsent) {
            $0.signedIn = signedIn()
            $0.decision = .denied(bob)
        },
        Row("prompt=login asks who is signed in already", .authenticate(again: true)) {
            $0.signedIn = signedIn()
            $0.isConsented = true
            $0.demandsSignIn = true
        },
        Row("prompt=login does not ask twice", .issueCode) {
            $0.signedIn = signedIn(isFresh: true)
            $0.isConsented = true
            $0.demandsSignIn = true
        },
        Row("max_age not reached", .issueCode) {
            $0.signedIn = signedIn(ago: 100)
            $0.isConsented = true
            $0.maxAge = 101
        },
        Row("max_age reached", .authenticate(again: true)) {
            $0.signedIn = signedIn(ago: 100)
            $0.isConsented = true
            $0.maxAge = 100
        },
        Row("max_age=0 is a demand to sign in", .authenticate(again: true)) {
            $0.signedIn = signedIn(ago: 0)
            $0.isConsented = true
            $0.maxAge = 0
        },
        Row("max_age reached, and no page may be shown", .refuse(.loginRequired)) {
            $0.signedIn = signedIn(ago: 100)
            $0.isConsented = true
            $0.maxAge = 100
            $0.isSilent = true
        },
        Row("max_age=0 after signing in for it", .issueCode) {
            $0.signedIn = signedIn(ago: 3, isFresh: true)
            $0.isConsented = true
            $0.maxAge = 0
        },
        Row("another person is expected", .authenticate(again: true)) {
            $0.signedIn = signedIn(bob)
            $0.isConsented = true
            $0.isSomebodyElse = true
        },
        Row("another person is expected, and no page may be shown", .refuse(.loginRequired)) {
            $0.signedIn = signedIn(bob)
            $0.isConsented = true
            $0.isSomebodyElse = true
            $0.isSilent = true
        },
        Row("another person is expected, and the wrong one signed in for it", .refuse(.loginRequired)) {
            $0.signedIn = signedIn(bob, isFresh: true)
            $0.isConsented = true
            $0.isSomebodyElse = true
        },
        Row("an essential acr that nothing reaches", .refuse(.unmetAuthenticationRequirements)) {
            $0.signedIn = signedIn()
            $0.isConsented = true
            $0.isUnreachable = true
        },
    ]

    @Test(
        .requirement(
            "oidc-core-3.1.2.1-11", "oidc-core-3.1.2.1-12", "oidc-core-3.1.2.1-14", "oidc-core-3.1.2.1-15",
            "oidc-core-3.1.2.1-16", "oidc-core-3.1.2.1-17", "oidc-core-3.1.2.1-19", "9470-4-1", "9470-5-1",
            "oidc-core-3.1.2.3-2",
            "oidc-core-3.1.2.6-2", "oidc-core-15.1-6"), arguments: table)
    func `follows from what is known, and from nothing else`(row: Row) {
        #expect(row.state.nextStep(at: Self.now) == row.step)
    }
}
