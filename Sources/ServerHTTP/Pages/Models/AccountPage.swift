/// A page of the area in which people look after their account.
package protocol AccountPage: Page {
    var section: AccountSection { get }
}

/// The ways through the account area, in their order.
package enum AccountSection: String, CaseIterable, Hashable, Sendable {
    case overview, profile, password, sessions, applications, keys, activity, data

    var titleKey: String {
        switch self {
        case .overview: "account_overview"
        case .profile: "account_profile"
        case .password: "account_password"
        case .sessions: "account_sessions"
        case .applications: "account_applications"
        case .keys: "account_keys"
        case .activity: "account_activity"
        case .data: "account_data"
        }
    }

    var path: PagePath {
        switch self {
        case .overview: .account
        case .profile: .profile
        case .password: .password
        case .sessions: .sessions
        case .applications: .applications
        case .keys: .keys
        case .activity: .activity
        case .data: .delete
        }
    }
}

extension AccountPage {
    package func title(_ texts: Texts) -> String { texts[section.titleKey] }
}
