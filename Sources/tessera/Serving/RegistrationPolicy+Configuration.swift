package import AuthorizationServer
import Risk

extension RegistrationPolicy {
    /// What the settings say about clients that register themselves.
    package init(_ configuration: Configuration) {
        self.init()
        isEnabled = configuration.flag(.registrationEnabled)
        isOpen = configuration.flag(.registrationOpen)
        maximumClients = configuration.integer(.registrationClients)
        unusedLifetime = Int64(configuration.integer(.registrationUnusedLifetime))
        throttle = ThrottlePolicy(
            burst: Int64(configuration.integer(.throttleRegistrationBurst)),
            perHour: Int64(configuration.integer(.throttleRegistrationRate)))
        guessThrottle = throttle
        changeThrottle = ThrottlePolicy(
            burst: Int64(configuration.integer(.throttleRegistrationChangeBurst)),
            perHour: Int64(configuration.integer(.throttleRegistrationChangeRate)))
        allowsOldOpenID = configuration.flag(.registrationOldOpenID)
    }
}
