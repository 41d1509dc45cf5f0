import JOSE
import Storage

/// The one table of settings. Loading, checking and the reference are made from it.
package enum SettingsTable {
    package static let sections: [(title: String, settings: [Setting])] = [
        ("The installation", installation),
        ("Listening", listening),
        ("Administration", administration),
        ("Gateway", gateway + gatewaySignIn),
        ("Fetching", fetching),
        ("Tokens and keys", tokensAndKeys),
        ("Revocation feed", revocationFeed),
        ("Status lists", statusLists),
        ("Sessions", sessions),
        ("Passwords", passwords),
        ("Accounts", accounts),
        ("Registration of clients", registration),
        ("API keys", apiKeys),
        ("Alarms", alarms),
        ("Mail", mail),
        ("Pages", pages),
        ("Throttling", throttling + signInThrottling),
        ("Limits", limits),
        ("Keeping and logging", keeping),
    ]

    package static let all: [Setting] = sections.flatMap(\.settings)

    package static func setting(_ key: SettingKey) -> Setting? { all.first { $0.key == key } }

    static let installation: [Setting] = [
        Setting(
            .issuer, .text,
            "The issuer identifier, an https URL without a trailing slash; public addresses are built from it. "
                + "Plain http is accepted on a loopback host only. Required."),
        Setting(
            .data, .path, default: .text("data"),
            "The folder of everything that the server keeps; only its owner may write to it."),
        Setting(.databasePath, .path, defaultText: "<data>/tessera.sqlite", "The database file of the embedded store."),
        Setting(
            .masterKeyFile, .path, defaultText: "<data>/master.key",
            "The file with the master key, mode 0600. Not read when the key comes from the environment or from the "
                + "systemd credential tessera-master-key."),
        Setting(
            .masterKeyValue, .text, isSecret: true,
            "The master key itself (tsm_…); meant for the environment variable, where no file should hold it."),
        Setting(.documentation, .text, "A page for developers, named in the metadata as service_documentation."),
    ]

    static let listening: [Setting] = [
        Setting(.listenAddress, .text, default: .text("127.0.0.1"), "The IP address to listen on, or localhost."),
        Setting(
            .listenPort, .integer(1...65_535, unit: "a port"), default: .integer(8443), "The TCP port to listen on."),
        Setting(.listenSocket, .path, "A Unix socket to listen on instead of an address; for a proxy on this machine."),
        Setting(
            .listenTLS, .flag, default: .flag(true),
            "Speak TLS. May be false on a loopback address only, behind a proxy that speaks it; a Unix socket is always "
                + "served without."),
        Setting(
            .tlsCertificate, .path,
            "The certificate chain in PEM, leaf first; read again when it changes. Without one, a development "
                + "certificate is made in <data>/tls on a loopback address."),
        Setting(.tlsPrivateKey, .path, "The private key of the certificate in PEM, readable by its owner only."),
        Setting(
            .proxyTrusted, .list(of: "IP addresses or CIDR blocks"), default: .list([]),
            "Proxies whose forwarded headers are believed; unix stands for whoever connects to listen.socket. Nobody's "
                + "are when it is empty."),
    ]

    static let administration: [Setting] = [
        Setting(
            .administrationSocket, .path, defaultText: "<data>/admin/tessera.sock",
            "The Unix socket of the administration API, in a folder that only its owner may enter."),
        Setting(
            .administrationAddress, .text,
            "An IP address for the administration API over TCP, which then demands a token with an administration "
                + "scope. Off when unset."),
        Setting(
            .administrationPort, .integer(1...65_535, unit: "a port"), default: .integer(8444),
            "The port of the administration API over TCP."),
        Setting(
            .administrationHosts, .list(of: "host names"), default: .list([]),
            "Names by which clients call the administration API over TCP, besides its address; requests for other "
                + "names are refused."),
    ]

    static let fetching: [Setting] = [
        Setting(
            .outboundAllowed, .list(of: "IP addresses or CIDR blocks"), default: .list([]),
            "Addresses that key sets of clients (jwks_uri) may be fetched from although they are not public."),
        Setting(
            .outboundAuthorities, .path,
            "Certificate authorities in PEM that are trusted for these fetches, besides the system's."),
    ]

    static let tokensAndKeys: [Setting] = [
        Setting(
            .tokensMaximumLifetime, .integer(60...86_400, unit: "seconds"), default: .integer(86_400),
            "The longest that any access token may live; a resource that was registered with more gets this."),
        Setting(
            .tokensClockSkew, .integer(0...60, unit: "seconds"), default: .integer(30),
            "How far the clock of a client may differ from ours."),
        Setting(
            .tokensAssertionLifetime, .integer(10...3600, unit: "seconds"), default: .integer(3600),
            "How long a client assertion may live from now on; its jti is remembered as long."),
        Setting(
            .tokensUserInfoLifetime, .integer(10...3600, unit: "seconds"), default: .integer(300),
            "How long an access token lives that is for UserInfo alone."),
        Setting(
            .tokensCodeLifetime, .integer(10...60, unit: "seconds"), default: .integer(60),
            "How long a client has to redeem an authorization code."),
        Setting(
            .tokensPushedLifetime, .integer(10...600, unit: "seconds"), default: .integer(90),
            "How long a pushed authorization request waits for the browser."),
        Setting(
            .tokensPendingLifetime, .integer(60...86_400, unit: "seconds"), default: .integer(1800),
            "How long an authorization request waits for a person who signs in and decides."),
        Setting(
            .tokensRefreshIdleLifetime, .integer(60...31_536_000, unit: "seconds"), default: .integer(2_592_000),
            "How long a refresh token lives without being used."),
        Setting(
            .tokensRefreshLifetime, .integer(60...63_072_000, unit: "seconds"), default: .integer(7_776_000),
            "How long refresh tokens of one sign-in live, however much they are used."),
        Setting(
            .tokensRefreshWindow, .integer(0...60, unit: "seconds"), default: .integer(10),
            "How long the parent of a refresh token still gets the same successor, for answers that were lost; 0 is "
                + "strict: a refresh token that comes twice ends its family."),
        Setting(
            .tokensRefreshRepeats, .integer(0...100, unit: "repeats"), default: .integer(20),
            "How often within that time."),
        Setting(
            .tokensRefreshRepeatsPerDay, .integer(0...10_000, unit: "repeats"), default: .integer(200),
            "How often on one day, over all refresh tokens of one sign-in."),
        Setting(
            .tokensIDTokenLifetime, .integer(60...3600, unit: "seconds"), default: .integer(600),
            "How long a client may take to read an ID token."),
        Setting(
            .keysAlgorithms, .choices(Algorithm.allCases.map(\.rawValue)), default: .list(["ES256"]),
            "Algorithms that have a signing key from the first start; others get one when a resource or a client asks. One "
                + "that is added later signs after keys.announcement."),
        Setting(
            .keysRotation, .integer(3600...31_536_000, unit: "seconds"), default: .integer(2_592_000),
            "How often a signing or sealing key is replaced."),
        Setting(
            .keysAnnouncement, .integer(1...2_592_000, unit: "seconds"), default: .integer(86_400),
            "How long a key is published before it is used; at least twice keys.cache-lifetime."),
        Setting(
            .keysCacheLifetime, .integer(1...86_400, unit: "seconds"), default: .integer(300),
            "How long verifiers may keep the key set."),
        Setting(
            .keysRSABits, .integer(2048...4096, unit: "bits"), default: .integer(2048), "The size of new RSA keys."),
    ]

    static let throttling: [Setting] = [
        Setting(
            .throttleClientBurst, .integer(1...10_000, unit: "failures"), default: .integer(10),
            "Failed authentications of one client from one address before it has to wait."),
        Setting(
            .throttleClientRate, .integer(1...10_000, unit: "failures a minute"), default: .integer(10),
            "How fast they are forgiven."),
        Setting(
            .throttleAddressBurst, .integer(1...100_000, unit: "failures"), default: .integer(100),
            "Failed authentications from one address, whatever the client, before it has to wait."),
        Setting(
            .throttleAddressRate, .integer(1...100_000, unit: "failures a minute"), default: .integer(60),
            "How fast they are forgiven."),
        Setting(
            .throttleRequestBurst, .integer(1...1_000_000, unit: "requests"), default: .integer(2000),
            "Authorization requests from one address that are kept until somebody signs in, before it has to wait."),
        Setting(
            .throttleRequestRate, .integer(1...100_000, unit: "requests a minute"), default: .integer(600),
            "How fast they are forgiven."),
        Setting(
            .throttleRegistrationBurst, .integer(1...10_000, unit: "requests"), default: .integer(40),
            "Registrations from one address that were refused before it has to wait; where registration.open is on, also "
                + "those that were not. Wrong registration access tokens are counted by themselves, as far."),
        Setting(
            .throttleRegistrationRate, .integer(1...100_000, unit: "requests an hour"), default: .integer(300),
            "How fast they are forgiven."),
        Setting(
            .throttleRegistrationChangeBurst, .integer(1...10_000, unit: "changes"), default: .integer(20),
            "Changes of registrations, of one client and from one address, before they have to wait."),
        Setting(
            .throttleRegistrationChangeRate, .integer(1...100_000, unit: "changes an hour"), default: .integer(60),
            "How fast they are forgiven."),
        Setting(
            .throttleRevocationBurst, .integer(1...1_000_000, unit: "tokens"), default: .integer(10_000),
            "Access tokens of one grant that a client may revoke one by one. Beyond, a revocation ends all tokens of "
                + "the grant, and the client waits for a new one."),
        Setting(
            .throttleRevocationRate, .integer(1...100_000, unit: "tokens a minute"), default: .integer(600),
            "How fast they are forgiven."),
    ]

    static let limits: [Setting] = [
        Setting(
            .limitsHeaderBytes, .integer(1024...65_536, unit: "bytes"), default: .integer(16_384),
            "The largest head of a request."),
        Setting(
            .limitsBodyBytes, .integer(1024...1_048_576, unit: "bytes"), default: .integer(65_536),
            "The largest body of a request."),
        Setting(
            .limitsHeaderDeadline, .integer(1...120, unit: "seconds"), default: .integer(10),
            "How long the head of a request, and the TLS handshake before it, may take."),
        Setting(
            .limitsBodyDeadline, .integer(1...300, unit: "seconds"), default: .integer(15),
            "How long the body of a request may take."),
        Setting(
            .limitsRequestDeadline, .integer(1...300, unit: "seconds"), default: .integer(30),
            "How long an answer may be in the making."),
        Setting(
            .limitsWriteDeadline, .integer(1...300, unit: "seconds"), default: .integer(20),
            "How long an answer may wait for a peer that does not read."),
        Setting(
            .limitsStreamIdle, .integer(1...86_400, unit: "seconds"), default: .integer(120),
            "How long nothing may happen on a streamed answer or a tunnel; these have no limit as a whole."),
        Setting(
            .limitsStreamedBodyBytes, .integer(0...1_099_511_627_776, unit: "bytes"), default: .integer(104_857_600),
            "Longest content of a request that the gateway passes on while it arrives."),
        Setting(
            .limitsIdleTimeout, .integer(1...3600, unit: "seconds"), default: .integer(60),
            "How long a connection may rest between requests."),
        Setting(
            .limitsDrainDelay, .integer(0...60, unit: "seconds"), default: .integer(0),
            "How long connections are still accepted after SIGTERM, while /health/ready already says no."),
        Setting(
            .limitsDrainDeadline, .integer(0...300, unit: "seconds"), default: .integer(10),
            "How long running requests may take to end after SIGTERM."),
        Setting(
            .limitsConnections, .integer(1...1_000_000, unit: "connections"), default: .integer(8000),
            "Open connections at the public listener."),
        Setting(
            .limitsConnectionsPerAddress, .integer(1...1_000_000, unit: "connections"), default: .integer(512),
            "Open connections from one address."),
        Setting(
            .limitsStreams, .integer(1...1000, unit: "streams"), default: .integer(100),
            "HTTP/2 streams open at once on one connection."),
        Setting(
            .limitsConnectionBodyBytes, .integer(1024...16_777_216, unit: "bytes"), default: .integer(262_144),
            "Bodies that the streams of one HTTP/2 connection may hold together; never less than limits.body-bytes."),
        Setting(
            .limitsKeysPerClient, .integer(1...1000, unit: "keys"), default: .integer(32),
            "Keys that are kept of the set at a client's jwks_uri, the first ones of it."),
        Setting(
            .limitsTokenAttempts, .integer(1...1000, unit: "attempts"), default: .integer(16),
            "How often a token is made when its client or resource is changed meanwhile, before the answer is 503."),
        Setting(
            .limitsWaitingRequests, .integer(1000...1_000_000, unit: "requests"),
            default: .integer(PendingAuthorization.usualLimit),
            "Authorization requests that wait for a person: so many of clients that authenticated, and so many of anybody; "
                + "for one more the oldest of its kind go, those first in which nobody signed in."),
        Setting(
            .limitsVerifiedTokens, .integer(100...10_000_000, unit: "tokens"), default: .integer(10_000),
            "Access tokens that UserInfo saw or that were made for it lately: their signature is not checked (again)."),
        Setting(
            .limitsRememberedFamilies, .integer(0...1_000_000, unit: "families"), default: .integer(10_000),
            "Families of refresh tokens that were used lately, about 1.5 kB each: the next refresh of one need not "
                + "be read from the disk, only compared with it."),
        Setting(
            .limitsRegisteredInMemory, .integer(100...10_000_000, unit: "entries"), default: .integer(50_000),
            "Clients, resources and grants kept in memory, of each kind."),
    ]

    static let keeping: [Setting] = [
        Setting(
            .explainEntries, .integer(1...1_000_000, unit: "refusals"), default: .integer(10_000),
            "How many refusals are remembered for 'tessera explain', in memory: about one KiB each. Those of one kind make "
                + "room for others first."),
        Setting(
            .explainAge, .integer(60...2_592_000, unit: "seconds"), default: .integer(86_400),
            "How long a refusal is remembered for 'tessera explain'."),
        Setting(
            .explainSocket, .path,
            "A Unix socket at which 'tessera gateway' by itself tells 'tessera explain --socket' why it refused what; the "
                + "server does so at administration.socket."),
        Setting(
            .retentionAudit, .integer(86_400...315_360_000, unit: "seconds"), default: .integer(34_560_000),
            "How long audit events are kept."),
        Setting(
            .retentionUsage, .integer(86_400...315_360_000, unit: "seconds"), default: .integer(34_560_000),
            "How long usage counters are kept."),
        Setting(
            .logLevel, .choice(["debug", "info", "notice", "warning", "error"]), default: .text("info"),
            "The least severe level that is logged."),
        Setting(.logRequests, .flag, default: .flag(true), "Write one line of log for each request."),
    ]
}
