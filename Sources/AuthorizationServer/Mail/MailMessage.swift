package import JOSE
package import OAuth
package import Storage

/// What a mail says, before it is put into words of a language.
package enum MailMessage: Hashable, Sendable {
    /// Links with the seconds for which they are good.
    case resetPassword(link: String, lifetime: Int64)
    case verifyAddress(link: String, lifetime: Int64)
    case invitation(link: String, lifetime: Int64, username: LoginName)
    /// Somebody tried to make an account with an address that has one.
    case alreadyRegistered(link: String)
    case passwordChanged(Circumstances)
    /// To the address that is to be replaced.
    case addressChanged(to: String, Circumstances)
    /// To the address that was replaced.
    case addressReplaced(by: String, Circumstances)
    case signedOutEverywhere(Circumstances)
    case accountDeleted(Circumstances)
    /// A stolen refresh token was used; what the person gave to the client has ended.
    case tokenTheft(client: String, at: NumericDate)
    case apiKeyCreated(name: String, Circumstances)
    /// Somebody found the key where it should not be; it has ended.
    case apiKeyLeaked(name: String, at: NumericDate)
    /// To the operator: a key that nobody should have was used.
    case honeyKeyUsed(key: GrantID, name: String, address: String, at: NumericDate)
    /// To the operator: a key was reported as leaked.
    case leakedKeyReported(key: GrantID, name: String, address: String, at: NumericDate)

    /// When and where something was done.
    package struct Circumstances: Hashable, Sendable {
        package let at: NumericDate
        package let address: String
        package let userAgent: String
        package init(at: NumericDate, address: String, userAgent: String) {
            self.at = at
            self.address = address
            self.userAgent = userAgent
        }

        init(_ browser: Browser, at now: NumericDate) {
            self.init(at: now, address: browser.caller.address, userAgent: browser.userAgent)
        }
    }

    /// The kinds; each language has a subject and a text for every one.
    package enum Kind: String, CaseIterable, Hashable, Sendable {
        case resetPassword = "reset_password", verifyAddress = "verify_address", invitation
        case alreadyRegistered = "already_registered", passwordChanged = "password_changed"
        case addressChanged = "address_changed", addressReplaced = "address_replaced"
        case signedOutEverywhere = "signed_out_everywhere"
        case accountDeleted = "account_deleted", tokenTheft = "token_theft"
        case apiKeyCreated = "api_key_created", apiKeyLeaked = "api_key_leaked"
        case honeyKeyUsed = "honey_key_used", leakedKeyReported = "leaked_key_reported"
    }

    package var kind: Kind {
        switch self {
        case .resetPassword: .resetPassword
        case .verifyAddress: .verifyAddress
        case .invitation: .invitation
        case .alreadyRegistered: .alreadyRegistered
        case .passwordChanged: .passwordChanged
        case .addressChanged: .addressChanged
        case .addressReplaced: .addressReplaced
        case .signedOutEverywhere: .signedOutEverywhere
        case .accountDeleted: .accountDeleted
        case .tokenTheft: .tokenTheft
        case .apiKeyCreated: .apiKeyCreated
        case .apiKeyLeaked: .apiKeyLeaked
        case .honeyKeyUsed: .honeyKeyUsed
        case .leakedKeyReported: .leakedKeyReported
        }
    }

    /// What replaces `{name}` in the texts of a language.
    func values(in language: MailLanguage?) -> [String: String] {
        switch self {
        case .resetPassword(let link, let lifetime), .verifyAddress(let link, let lifetime):
            ["link": link, "duration": language?.duration(lifetime) ?? ""]
        case .invitation(let link, let lifetime, let username):
            ["link": link, "duration": language?.duration(lifetime) ?? "", "username": username.rawValue]
        case .alreadyRegistered(let link): ["link": link]
        case .passwordChanged(let done), .signedOutEverywhere(let done), .accountDeleted(let done): done.values
        case .addressChanged(let address, let done), .addressReplaced(let address, let done):
            done.values.merging(["new": address]) { $1 }
        case .tokenTheft(let client, let moment): ["client": client, "when": moment.utcText]
        case .apiKeyCreated(let name, let done): done.values.merging(["name": name]) { $1 }
        case .apiKeyLeaked(let name, let moment): ["name": name, "when": moment.utcText]
        case .honeyKeyUsed(let key, let name, let address, let moment),
            .leakedKeyReported(let key, let name, let address, let moment):
            ["key": key.rawValue, "name": name, "address": address, "when": moment.utcText]
        }
    }
}

extension MailMessage.Circumstances {
    fileprivate var values: [String: String] {
        ["when": at.utcText, "address": address, "browser": userAgent.isEmpty ? "–" : userAgent]
    }
}
