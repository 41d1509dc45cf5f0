import Authenticators
package import AuthorizationServer
import Risk

extension PeoplePolicy {
    /// What the settings say about people.
    package init(_ configuration: Configuration) {
        func number(_ key: SettingKey) -> Int64 { Int64(configuration.integer(key)) }
        func throttle(_ burst: SettingKey, _ rate: SettingKey) -> ThrottlePolicy {
            ThrottlePolicy(burst: number(burst), perHour: number(rate))
        }
        self.init()
        sessionIdleLifetime = number(.sessionsIdleLifetime)
        sessionLifetime = number(.sessionsLifetime)
        sessionsPerPerson = configuration.integer(.sessionsPerPerson)
        passwords = PasswordPolicy(minimum: configuration.integer(.passwordsMinimumLength)) ?? .standard
        accountThrottle = throttle(.throttleAccountBurst, .throttleAccountRate)
        accountAddressThrottle = throttle(.throttleAccountAddressBurst, .throttleAccountAddressRate)
        knownBrowserThrottle = throttle(.throttleKnownBrowserBurst, .throttleKnownBrowserRate)
        browserThrottle = throttle(.throttleBrowserBurst, .throttleBrowserRate)
        addressThrottle = throttle(.throttleSignInAddressBurst, .throttleSignInAddressRate)
        mailThrottle = throttle(.throttleMailBurst, .throttleMailRate)
        mailsPerHour = configuration.integer(.accountsMailsPerHour)
        resetLinkLifetime = number(.accountsResetLinkLifetime)
        verificationLinkLifetime = number(.accountsVerificationLinkLifetime)
        invitationLifetime = number(.accountsInvitationLifetime)
        unclaimedLifetime = number(.accountsUnclaimedLifetime)
        mailLifetime = number(.mailLifetime)
        mailsAtOnce = configuration.integer(.mailParallel)
        allowsSelfRegistration = configuration.flag(.accountsSelfRegistration)
        displayName = configuration.text(.pagesName) ?? displayName
        defaultLanguage = configuration.text(.pagesLanguage) ?? defaultLanguage
        // The check of the configuration refuses a file that cannot be used.
        if let path = configuration.text(.accountsSchema), let schema = try? PeopleSchema(file: path) {
            attributes = schema.attributes
            claimMapping = schema.mapping
        }
    }
}
