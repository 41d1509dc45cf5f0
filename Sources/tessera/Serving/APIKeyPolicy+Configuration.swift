package import AuthorizationServer
import Storage

extension APIKeyPolicy {
    /// What the settings say about API keys and alarms.
    package init(_ configuration: Configuration) {
        func number(_ key: SettingKey) -> Int64 { Int64(configuration.integer(key)) }
        self.init()
        isForPeople = configuration.flag(.apiKeysPeople)
        allowsDirectUse = configuration.flag(.apiKeysDirect)
        lifetime = number(.apiKeysLifetime)
        maximumLifetime = number(.apiKeysMaximumLifetime)
        allowsEndless = configuration.flag(.apiKeysEndless)
        overlap = number(.apiKeysOverlap)
        perOwner = configuration.integer(.apiKeysPerOwner)
        exchangedLifetime = number(.apiKeysTokenLifetime)
        alarms.webhook = configuration.text(.alarmsWebhook)
        alarms.mail = configuration.text(.alarmsMail).flatMap { LoginName($0) }
    }
}
