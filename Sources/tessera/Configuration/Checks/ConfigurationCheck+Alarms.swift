import AuthorizationServer
import ServerHTTP
import Storage

/// Whether alarms reach anybody.
extension ConfigurationCheck {
    mutating func checkAlarms() {
        if let text = configuration.text(.alarmsMail) {
            if configuration.text(.mailHost) == nil {
                refuse(
                    .contradiction, .alarmsMail, "mail.host is not set, so no alarm can be mailed",
                    fix: "Set mail.host and mail.from, or remove it.")
            }
            if LoginName(text)?.isMailAddress != true {
                refuse(
                    .alarmsUnusable, .alarmsMail, "this is no mail address",
                    fix: "Write one address, such as security@example.com.")
            }
        }
        if let text = configuration.text(.alarmsWebhook), (try? OutboundURL(text)) == nil {
            refuse(
                .alarmsUnusable, .alarmsWebhook, "this is no https address",
                fix: "Write one such as https://alarms.example.com/tessera.")
        }
        if configuration.integer(.apiKeysLifetime) > configuration.integer(.apiKeysMaximumLifetime) {
            refuse(
                .contradiction, .apiKeysLifetime, "it is longer than api-keys.maximum-lifetime",
                fix: "Make it shorter, or the maximum longer.")
        }
    }
}
