package import Gateway

extension IdentityHeaders {
    /// The names that the settings choose; `nil` if they mean one thing twice, or something else.
    package init?(_ configuration: Configuration) {
        self.init(
            subject: configuration.text(.gatewayHeaderSubject) ?? "",
            client: configuration.text(.gatewayHeaderClient) ?? "",
            scope: configuration.text(.gatewayHeaderScope) ?? "",
            roles: configuration.text(.gatewayHeaderRoles) ?? "")
    }
}
