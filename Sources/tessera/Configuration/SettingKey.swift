/// The name of every setting, as it is written in the file: dots are levels of YAML.
package enum SettingKey: String, CaseIterable, Hashable, Sendable {
    case issuer
    case data
    case databasePath = "database.path"
    case masterKeyFile = "master-key.file"
    case masterKeyValue = "master-key.value"

    case listenAddress = "listen.address"
    case listenPort = "listen.port"
    case listenSocket = "listen.socket"
    case listenTLS = "listen.tls"
    case tlsCertificate = "tls.certificate"
    case tlsPrivateKey = "tls.private-key"
    case proxyTrusted = "proxy.trusted"

    case administrationSocket = "administration.socket"
    case administrationAddress = "administration.address"
    case administrationPort = "administration.port"
    case administrationHosts = "administration.hosts"

    case gatewayEnabled = "gateway.enabled"
    case gatewayRoutes = "gateway.routes"
    case gatewayIssuer = "gateway.issuer"
    case gatewayResource = "gateway.resource"
    case gatewayResourceID = "gateway.resource-id"
    case gatewayResourceSecretFile = "gateway.resource-secret-file"
    case gatewayForwardAuthAddress = "gateway.forward-auth.address"
    case gatewayForwardAuthPort = "gateway.forward-auth.port"
    case gatewayForwardAuthSocket = "gateway.forward-auth.socket"
    case gatewayListenAddress = "gateway.listen.address"
    case gatewayListenPort = "gateway.listen.port"
    case gatewayListenTLS = "gateway.listen.tls"
    case gatewayUpstreamConnections = "gateway.upstream-connections"
    case gatewayRateLimitCallers = "gateway.rate-limit-callers"
    case gatewayHeaderSubject = "gateway.headers.subject"
    case gatewayHeaderClient = "gateway.headers.client"
    case gatewayHeaderScope = "gateway.headers.scope"
    case gatewayHeaderRoles = "gateway.headers.roles"
    case gatewayCachedTokens = "gateway.cached-tokens"
    case gatewayCacheLifetime = "gateway.cache-lifetime"
    case gatewayRevocations = "gateway.revocations"
    case gatewayStaleMode = "gateway.stale-mode"
    case gatewayStaleAfter = "gateway.stale-after"

    case outboundAllowed = "outbound.allowed"
    case outboundAuthorities = "outbound.authorities"

    case tokensMaximumLifetime = "tokens.maximum-lifetime"
    case tokensClockSkew = "tokens.clock-skew"
    case tokensAssertionLifetime = "tokens.assertion-lifetime"
    case tokensUserInfoLifetime = "tokens.userinfo-lifetime"
    case tokensCodeLifetime = "tokens.code-lifetime"
    case tokensPushedLifetime = "tokens.pushed-lifetime"
    case tokensPendingLifetime = "tokens.pending-lifetime"
    case tokensRefreshIdleLifetime = "tokens.refresh-idle-lifetime"
    case tokensRefreshLifetime = "tokens.refresh-lifetime"
    case tokensRefreshWindow = "tokens.refresh-window"
    case tokensRefreshRepeats = "tokens.refresh-repeats"
    case tokensRefreshRepeatsPerDay = "tokens.refresh-repeats-per-day"
    case tokensIDTokenLifetime = "tokens.id-token-lifetime"

    case keysAlgorithms = "keys.algorithms"
    case keysRotation = "keys.rotation"
    case keysAnnouncement = "keys.announcement"
    case keysCacheLifetime = "keys.cache-lifetime"
    case keysRSABits = "keys.rsa-bits"

    case sessionsIdleLifetime = "sessions.idle-lifetime"
    case sessionsLifetime = "sessions.lifetime"
    case sessionsAuthorizations = "sessions.authorizations"

    case passwordsMinimumLength = "passwords.minimum-length"
    case passwordsThreads = "passwords.threads"
    case passwordsWaiting = "passwords.waiting"
    case passwordsMemory = "passwords.memory"
    case passwordsPasses = "passwords.passes"

    case accountsSchema = "accounts.schema"
    case accountsSelfRegistration = "accounts.self-registration"
    case accountsResetLinkLifetime = "accounts.reset-link-lifetime"
    case accountsVerificationLinkLifetime = "accounts.verification-link-lifetime"
    case accountsInvitationLifetime = "accounts.invitation-lifetime"
    case accountsUnclaimedLifetime = "accounts.unclaimed-lifetime"
    case accountsMailsPerHour = "accounts.mails-per-hour"

    case registrationEnabled = "registration.enabled"
    case registrationOpen = "registration.open"
    case registrationClients = "registration.clients"
    case registrationUnusedLifetime = "registration.unused-lifetime"
    case registrationOldOpenID = "registration.old-openid"

    case apiKeysPeople = "api-keys.people"
    case apiKeysDirect = "api-keys.direct"
    case apiKeysLifetime = "api-keys.lifetime"
    case apiKeysMaximumLifetime = "api-keys.maximum-lifetime"
    case apiKeysEndless = "api-keys.endless"
    case apiKeysOverlap = "api-keys.overlap"
    case apiKeysPerOwner = "api-keys.per-owner"
    case apiKeysTokenLifetime = "api-keys.token-lifetime"

    case alarmsMail = "alarms.mail"
    case alarmsWebhook = "alarms.webhook"

    case mailHost = "mail.host"
    case mailPort = "mail.port"
    case mailSecurity = "mail.security"
    case mailAuthorities = "mail.authorities"
    case mailUser = "mail.user"
    case mailPassword = "mail.password"
    case mailPasswordFile = "mail.password-file"
    case mailFrom = "mail.from"
    case mailFromName = "mail.from-name"
    case mailTimeLimit = "mail.time-limit"
    case mailLifetime = "mail.lifetime"
    case mailParallel = "mail.parallel"

    case pagesName = "pages.name"
    case pagesLogo = "pages.logo"
    case pagesAccent = "pages.accent"
    case pagesAccentDark = "pages.accent-dark"
    case pagesLanguage = "pages.language"

    case throttleClientBurst = "throttle.client-burst"
    case throttleClientRate = "throttle.client-rate"
    case throttleAddressBurst = "throttle.address-burst"
    case throttleAddressRate = "throttle.address-rate"
    case throttleRequestBurst = "throttle.request-burst"
    case throttleRequestRate = "throttle.request-rate"
    case throttleAccountBurst = "throttle.account-burst"
    case throttleAccountRate = "throttle.account-rate"
    case throttleAccountAddressBurst = "throttle.account-address-burst"
    case throttleAccountAddressRate = "throttle.account-address-rate"
    case throttleKnownBrowserBurst = "throttle.known-browser-burst"
    case throttleKnownBrowserRate = "throttle.known-browser-rate"
    case throttleBrowserBurst = "throttle.browser-burst"
    case throttleBrowserRate = "throttle.browser-rate"
    case throttleSignInAddressBurst = "throttle.sign-in-address-burst"
    case throttleSignInAddressRate = "throttle.sign-in-address-rate"
    case throttleMailBurst = "throttle.mail-burst"
    case throttleMailRate = "throttle.mail-rate"
    case throttleRevocationBurst = "throttle.revocation-burst"
    case throttleRevocationRate = "throttle.revocation-rate"

    case revocationHeartbeat = "revocation.heartbeat"
    case revocationMessages = "revocation.messages"
    case revocationSnapshotBytes = "revocation.snapshot-bytes"
    case revocationResources = "revocation.resources"
    case revocationConnections = "revocation.connections"

    case statusListResources = "status-list.resources"
    case statusListLifetime = "status-list.lifetime"
    case statusListSize = "status-list.size"
    case statusListLists = "status-list.lists"

    case limitsHeaderBytes = "limits.header-bytes"
    case limitsBodyBytes = "limits.body-bytes"
    case limitsHeaderDeadline = "limits.header-deadline"
    case limitsBodyDeadline = "limits.body-deadline"
    case limitsRequestDeadline = "limits.request-deadline"
    case limitsWriteDeadline = "limits.write-deadline"
    case limitsStreamIdle = "limits.stream-idle"
    case limitsStreamedBodyBytes = "limits.streamed-body-bytes"
    case limitsIdleTimeout = "limits.idle-timeout"
    case limitsDrainDelay = "limits.drain-delay"
    case limitsDrainDeadline = "limits.drain-deadline"
    case limitsConnections = "limits.connections"
    case limitsConnectionsPerAddress = "limits.connections-per-address"
    case limitsStreams = "limits.streams"
    case limitsConnectionBodyBytes = "limits.connection-body-bytes"
    case limitsKeysPerClient = "limits.keys-per-client"
    case limitsTokenAttempts = "limits.token-attempts"
    case limitsWaitingRequests = "limits.waiting-requests"
    case limitsVerifiedTokens = "limits.verified-tokens"
    case limitsRememberedFamilies = "limits.remembered-refresh-families"
    case limitsRegisteredInMemory = "limits.registered-in-memory"

    case explainEntries = "explain.entries"
    case explainAge = "explain.age"
    case retentionAudit = "retention.audit"
    case retentionUsage = "retention.usage"

    case logLevel = "log.level"
    case logRequests = "log.requests"

    case documentation

    /// The levels of YAML that lead to it.
    package var components: [String] { rawValue.split(separator: ".").map(String.init) }

    /// `TESSERA_` and the key in capitals with `_` for dots and dashes.
    package var environmentName: String {
        if self == .masterKeyValue { return "TESSERA_MASTER_KEY" }
        return "TESSERA_" + String(rawValue.uppercased().map { $0 == "." || $0 == "-" ? "_" : $0 })
    }

    /// The option of `tessera serve` and the other commands that read the configuration.
    package var flagName: String { "--" + String(rawValue.map { $0 == "." ? "-" : $0 }) }
}
