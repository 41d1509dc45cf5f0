package import OAuth

/// Where the pages are, below the path of their issuer.
package enum PagePath: String, CaseIterable, Sendable {
    case authorize = "/authorize"
    case signIn = "/sign-in"
    case consent = "/consent"
    case logOut = "/logout"
    case signedOut = "/signed-out"
    case reset = "/reset"
    case resetSet = "/reset/set"
    case verifyAddress = "/verify-email"
    case invitation = "/invitation"
    case register = "/register"
    case account = "/account"
    case profile = "/account/profile"
    case password = "/account/password"
    case sessions = "/account/sessions"
    case applications = "/account/applications"
    case keys = "/account/keys"
    case newKey = "/account/keys/new"
    case rerollKey = "/account/keys/reroll"
    case activity = "/account/activity"
    case data = "/account/data"
    case delete = "/account/delete"
    case logOutEverywhere = "/account/log-out-everywhere"

    package func path(below issuer: Issuer) -> String { issuer.path + rawValue }

    /// As templates call it.
    var templateName: String {
        switch self {
        case .authorize: "authorize"
        case .signIn: "sign_in"
        case .consent: "consent"
        case .logOut: "log_out"
        case .signedOut: "signed_out"
        case .reset: "reset"
        case .resetSet: "reset_set"
        case .verifyAddress: "verify_address"
        case .invitation: "invitation"
        case .register: "register"
        case .account: "account"
        case .profile: "profile"
        case .password: "password"
        case .sessions: "sessions"
        case .applications: "applications"
        case .keys: "keys"
        case .newKey: "new_key"
        case .rerollKey: "reroll_key"
        case .activity: "activity"
        case .data: "data"
        case .delete: "delete"
        case .logOutEverywhere: "log_out_everywhere"
        }
    }
}
