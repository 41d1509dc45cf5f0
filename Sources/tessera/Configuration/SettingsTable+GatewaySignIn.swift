import Gateway
import JOSE

/// The settings of a gateway that signs people's browsers in.
extension SettingsTable {
    private static let standard = SignInPolicy()

    private static func seconds(_ duration: Duration) -> SettingValue { .integer(Int(duration.components.seconds)) }

    static let gatewaySignIn: [Setting] = [
        Setting(
            .gatewaySignInClientID, .text,
            "The client that the gateway is at the issuer, for routes with 'sign-in: true'. It is registered with "
                + "/.tessera/callback of each origin as redirect URI."),
        Setting(
            .gatewaySignInClientSecretFile, .path,
            "The file with the secret of that client, alone in one line, mode 0600."),
        Setting(
            .gatewaySignInClientKeyFile, .path,
            "Instead of a secret: the file with its private key as a JWK, mode 0600 (private_key_jwt)."),
        Setting(
            .gatewaySignInIDTokenAlgorithm, .choice(Algorithm.allCases.map(\.rawValue)), default: .text("ES256"),
            "The algorithm that the client is registered with for ID tokens."),
        Setting(
            .gatewaySignInOrigins, .list(of: "origins such as https://www.example.com"), default: .list([]),
            "Where browsers reach the gateway, one for each host that people sign in at. Empty: the origin of "
                + "gateway.resource."),
        Setting(
            .gatewaySignInScope, .text, defaultText: "openid offline_access and what the routes ask for",
            "What the sessions' tokens are asked for, openid among it; without offline_access a session is renewed "
                + "through the issuer whenever its token expires."),
        Setting(
            .gatewaySignInSessions, .integer(1...SignInPolicy.largestMemory, unit: "sessions"),
            default: .integer(standard.sessions),
            "Browsers that may be signed in at once, in memory; for one more the oldest session is forgotten."),
        Setting(
            .gatewaySignInSessionsPerPerson, .integer(1...1_000, unit: "sessions"),
            default: .integer(standard.sessionsPerPerson), "How many of them one person may have."),
        Setting(
            .gatewaySignInSessionIdle, .integer(60...SignInPolicy.longestSession, unit: "seconds"),
            default: seconds(standard.sessionIdle), "How long a session that nobody uses lasts."),
        Setting(
            .gatewaySignInSessionLifetime, .integer(60...SignInPolicy.longestSession, unit: "seconds"),
            default: seconds(standard.sessionLifetime), "How long any session lasts."),
        Setting(
            .gatewaySignInPending, .integer(1...SignInPolicy.largestMemory, unit: "sign-ins"),
            default: .integer(standard.pending), "Sign-ins that may be under way at once, in memory."),
        Setting(
            .gatewaySignInPendingPerAddress, .integer(1...SignInPolicy.largestMemory, unit: "sign-ins"),
            default: .integer(standard.pendingPerAddress),
            "How many of them may come from one address (of IPv6: one network of 64 bits); for one more its oldest is "
                + "forgotten."),
        Setting(
            .gatewaySignInPendingLifetime, .integer(30...SignInPolicy.longestPending, unit: "seconds"),
            default: seconds(standard.pendingLifetime), "How long a person may take to sign in."),
        Setting(
            .gatewaySignInRequestsPerAddress, .integer(10...SignInPolicy.mostRequests, unit: "requests a minute"),
            default: .integer(standard.requestsPerAddress),
            "How often one address (of IPv6: one network of 64 bits) may ask below /.tessera/; for more the answer is "
                + "429. A good logout token of the issuer is taken in any case."),
    ]
}
