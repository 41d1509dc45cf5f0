package import AuthorizationServer

extension RegistrationPolicy {
    /// What the settings say about clients that register themselves.
    package init(_ configuration: Configuration) {
        self.init()
        isEnabled = configuration.flag(.registrationEnabled)
        isOpen = configuration.flag(.registrationOpen)
        maximumClients = configuration.integer(.registrationClients)
        unusedLifetime = Int64(configuration.integer(.registrationUnusedLifetime))
        allowsOldOpenID = configuration.flag(.registrationOldOpenID)
    }
}
