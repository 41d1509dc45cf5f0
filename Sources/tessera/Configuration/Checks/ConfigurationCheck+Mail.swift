import ServerHTTP

/// Whether mails can be sent, and to nobody who listens on the way.
extension ConfigurationCheck {
    /// What means nothing without `mail.host`.
    private static let dependent: [SettingKey] = [
        .mailPort, .mailSecurity, .mailAuthorities, .mailUser, .mailPassword, .mailPasswordFile, .mailFrom,
        .mailFromName, .mailTimeLimit, .mailLifetime, .mailParallel,
    ]

    mutating func checkMail() {
        guard let host = configuration.text(.mailHost) else {
            for key in Self.dependent where configuration.isSet(key) {
                refuse(
                    .contradiction, key, "mail.host is not set, so it has no effect",
                    fix: "Set mail.host, or remove it.")
            }
            if configuration.flag(.accountsSelfRegistration) {
                refuse(
                    .contradiction, .accountsSelfRegistration, "mail.host is not set, so nobody can prove an address",
                    fix: "Set mail.host and mail.from, or let administrators make the accounts.")
            }
            return
        }
        checkServer(host)
        checkAuthorities(.mailAuthorities)
        if SMTPSettings.Sender(configuration) == nil {
            refuse(
                .mailSenderInvalid, .mailFrom, "mails need an address to be from, and a name of one line",
                fix: "Set mail.from to an address such as id@example.com.")
        }
        checkCredentials()
    }

    private mutating func checkServer(_ host: String) {
        guard SMTPSettings.isHost(host) else {
            refuse(
                .mailHostInvalid, .mailHost, "\(host) is neither a host name nor an IP address",
                fix: "Write a name such as mail.example.com; the port has a setting of its own.")
            return
        }
        if configuration.text(.mailSecurity) == SMTPSettings.Security.none.rawValue, !SMTPSettings.isLoopback(host) {
            refuse(
                .mailPlain, .mailSecurity, "links that open accounts would cross the network to \(host) in clear",
                fix: "Set mail.security to starttls or tls; none is for 127.0.0.1 only.")
        }
    }

    private mutating func checkCredentials() {
        let path = configuration.text(.mailPasswordFile)
        let isNamed = configuration.text(.mailPassword) != nil || path != nil
        if configuration.text(.mailPassword) != nil, path != nil {
            refuse(
                .contradiction, .mailPasswordFile, "mail.password is set besides", fix: "Keep one of them.")
        }
        if (configuration.text(.mailUser) != nil) != isNamed {
            refuse(
                .contradiction, .mailUser, "a user and a password only make sense together",
                fix: "Set mail.user and one of mail.password and mail.password-file, or none of them.")
        }
        guard let path else { return }
        if let facts = FileFacts(path), facts.isReadableByOthers {
            refuse(
                .mailPasswordExposed, .mailPasswordFile, "others may read \(path) (mode \(facts.modeText))",
                fix: "Run 'chmod 600 \(path)', and change the password: it may have been read.")
        }
        if MasterKeySource.text(in: path)?.isEmpty ?? true {
            refuse(
                .mailPasswordMissing, .mailPasswordFile, "\(path) holds no password",
                fix: "Write the password into it, alone in one line.")
        }
    }
}
