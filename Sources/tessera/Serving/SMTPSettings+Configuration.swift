import OAuth
package import ServerHTTP

extension SMTPSettings {
    /// The mail server of a checked configuration; `nil` if it names none.
    package init?(_ configuration: Configuration) {
        guard let host = configuration.text(.mailHost),
            let security = configuration.text(.mailSecurity).flatMap(Security.init(rawValue:)),
            let sender = Sender(configuration)
        else { return nil }
        self.init(host: host, port: configuration.integer(.mailPort), security: security, sender: sender)
        timeLimit = .seconds(configuration.integer(.mailTimeLimit))
        authorityFile = configuration.text(.mailAuthorities)
        if let user = configuration.text(.mailUser), let password = Self.password(configuration) {
            credentials = Credentials(user: user, password: password)
        }
    }

    private static func password(_ configuration: Configuration) -> Secret? {
        if let text = configuration.text(.mailPassword) { return Secret(text) }
        guard let path = configuration.text(.mailPasswordFile), let text = MasterKeySource.text(in: path), !text.isEmpty
        else { return nil }
        return Secret(text)
    }
}

extension SMTPSettings.Sender {
    package init?(_ configuration: Configuration) {
        let name = configuration.text(.mailFromName) ?? configuration.text(.pagesName) ?? ""
        self.init(address: configuration.text(.mailFrom) ?? "", name: name)
    }
}
