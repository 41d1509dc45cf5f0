package import AuthorizationServer
import JOSE
import Risk
import Storage

extension ServerPolicy {
    /// The policy that the settings describe.
    package init(_ configuration: Configuration) {
        func number(_ key: SettingKey) -> Int64 { Int64(configuration.integer(key)) }
        self.init()
        maximumAccessTokenLifetime = number(.tokensMaximumLifetime)
        clockSkew = number(.tokensClockSkew)
        maximumAssertionLifetime = number(.tokensAssertionLifetime)
        signingAlgorithms = configuration.list(.keysAlgorithms).compactMap(Algorithm.init(rawValue:))
        keyRotationInterval = number(.keysRotation)
        keyAnnouncement = number(.keysAnnouncement)
        keySetMaxAge = number(.keysCacheLifetime)
        rsaBits = configuration.integer(.keysRSABits)
        clientThrottle = ThrottlePolicy(
            burst: number(.throttleClientBurst), perMinute: number(.throttleClientRate))
        addressThrottle = ThrottlePolicy(
            burst: number(.throttleAddressBurst), perMinute: number(.throttleAddressRate))
        revocationThrottle = ThrottlePolicy(
            burst: number(.throttleRevocationBurst), perMinute: number(.throttleRevocationRate))
        feed.heartbeat = number(.revocationHeartbeat)
        feed.messagesKept = configuration.integer(.revocationMessages)
        feed.snapshotBytes = configuration.integer(.revocationSnapshotBytes)
        feed.chains = configuration.integer(.revocationResources)
        feed.readersPerResource = configuration.integer(.revocationConnections)
        feed.placesBytes = configuration.integer(.revocationPlacesBytes)
        statusLists = StatusListPolicy(configuration)
        retention = Retention(audit: number(.retentionAudit), usage: number(.retentionUsage))
        registryCapacity = configuration.integer(.limitsRegisteredInMemory)
        keysPerClient = configuration.integer(.limitsKeysPerClient)
        tokenAttempts = configuration.integer(.limitsTokenAttempts)
        requestThrottle = ThrottlePolicy(
            burst: number(.throttleRequestBurst), perMinute: number(.throttleRequestRate))
        userInfoTokenLifetime = number(.tokensUserInfoLifetime)
        codeLifetime = number(.tokensCodeLifetime)
        pushedLifetime = number(.tokensPushedLifetime)
        pendingLifetime = number(.tokensPendingLifetime)
        refreshIdleLifetime = number(.tokensRefreshIdleLifetime)
        refreshLifetime = number(.tokensRefreshLifetime)
        idTokenLifetime = number(.tokensIDTokenLifetime)
        rotation.window = number(.tokensRefreshWindow)
        rotation.repeatsPerGeneration = configuration.integer(.tokensRefreshRepeats)
        rotation.repeatsPerDay = configuration.integer(.tokensRefreshRepeatsPerDay)
        authorizationsPerSession = configuration.integer(.sessionsAuthorizations)
        waitingRequests = configuration.integer(.limitsWaitingRequests)
        people = PeoplePolicy(configuration)
        registration = RegistrationPolicy(configuration)
        apiKeys = APIKeyPolicy(configuration)
        explain = ExplainPolicy(configuration)
        verifiedTokenCapacity = configuration.integer(.limitsVerifiedTokens)
        rememberedFamilies = configuration.integer(.limitsRememberedFamilies)
        documentation = configuration.text(.documentation)
    }
}

extension ExplainPolicy {
    init(_ configuration: Configuration) {
        self.init()
        entries = configuration.integer(.explainEntries)
        age = Int64(configuration.integer(.explainAge))
    }
}
