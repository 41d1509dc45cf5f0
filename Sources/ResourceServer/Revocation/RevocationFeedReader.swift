import JOSE
public import OAuth
import Synchronization

/// Keeps a copy of what an issuer has revoked for one resource, and says of each token whether it is in it.
///
/// While ``run()`` goes on, messages arrive over one connection (server-sent events; long polling where those do not get
/// through), each signed and bound to the one before. What does not fit is refused, and a signed snapshot begins anew.
/// When nothing recent is known, the mode of the policy counts, and ``state`` says so.
public final class RevocationFeedReader: RevocationSource {
    let feed: RevocationFeed
    /// What this resource is told names by.
    let naming: RevocationNaming
    private let names = NameMemory()
    let policy: RevocationPolicy
    let clock: ReaderClock
    let random: SecretGenerator
    let transport: any HTTPTransport
    let streams: (any HTTPStreamTransport)?
    let proof: RevocationProof
    let report: @Sendable (RevocationState) -> Void
    let knowledge: Mutex<RevocationKnowledge>

    /// - Parameters:
    ///   - transport: for snapshots, keys and long polling.
    ///   - streams: for server-sent events; without it messages come by long polling only.
    ///   - random: `SecretGenerator.system` unless told.
    ///   - report: told what ``state`` is whenever it becomes current or stale, or something was refused or did not
    ///     come (``RevocationState/refused``): for the log, at most once a second.
    public init(
        _ feed: RevocationFeed, policy: RevocationPolicy = RevocationPolicy(), transport: any HTTPTransport,
        streams: (any HTTPStreamTransport)?, clock: ReaderClock, random: SecretGenerator = .system,
        report: @escaping @Sendable (RevocationState) -> Void = { _ in }
    ) {
        self.feed = feed
        naming = RevocationNaming(at: feed.audience)
        self.policy = policy
        self.clock = clock
        self.random = random
        self.transport = transport
        self.streams = streams
        self.report = report
        proof = RevocationProof(keys: Self.keys(of: feed, transport))
        knowledge = Mutex(RevocationKnowledge(of: feed, policy, seed: DigestSeed(random.bytes(16))))
    }

    /// The keys of the feed, which are not those of tokens. Asked for again soon when they cannot be had.
    private static func keys(of feed: RevocationFeed, _ transport: any HTTPTransport) -> KeyCache {
        KeyCache(policy: KeyCachePolicy(minimumInterval: .seconds(1))) {
            let answer = try await transport.send(TransportRequest(get: feed.keys))
            guard answer.status == 200 else { throw RevocationFeedProblem.keysUnavailable }
            let keySet = try JWKSet(parsing: answer.body)
            return KeyCache.Download(keySet: keySet, lifetime: answer.headers.lifetime)
        }
    }

    /// A token that this feed is not about counts as one that nothing recent is known of, and is refused. One that does
    /// not say what it hangs from, as every token of such an issuer does, could not be ended, and is not good either.
    public func lookup(for token: AccessToken) -> RevocationLookup {
        guard token.issuer == feed.issuer, token.audience.contains(feed.audience),
            let id = token.tokenID, let client = token.clientID
        else { return { _ in .stale(.refuse) } }
        guard let roots = TokenRoots(in: token.claims) else { return { _ in .revoked } }
        let watched = WatchedToken(
            RevocationNames(
                keyID: token.keyID, token: id, subject: token.subject, client: client, roots: roots,
                at: feed.audience
            ) { names.name($0, $1, else: name) })
        return { now in self.answer(watched, at: now) }
    }

    /// What is known to be revoked stays so, however old the knowledge is.
    private func answer(_ token: WatchedToken, at now: NumericDate) -> RevocationAnswer {
        let uptime = clock.uptime()
        return knowledge.withLock { known in
            guard token.isValid(in: known) else { return .revoked }
            guard let age = known.freshness.age(at: now, uptime: uptime), age <= policy.bound else {
                return .stale(policy.mode)
            }
            return .current
        }
    }

    public func isDistrusted(keyID: String) -> Bool {
        let name = names.name(.key, keyID, else: name)
        return knowledge.withLock { $0.table.value(name) > 0 }
    }

    private func name(_ kind: RevocationName.Kind, _ text: String) -> RevocationName {
        naming.name(RevocationName(kind, text, of: feed.issuer.rawValue))
    }

    /// Another number whenever something has ended or all was begun anew.
    public var version: UInt64 { knowledge.withLock { $0.version } }

    /// How current this is now, for health reports.
    public var state: RevocationState {
        let (now, uptime) = (clock.now(), clock.uptime())
        return knowledge.withLock { known in
            RevocationState(
                mode: policy.mode, bound: policy.bound, age: known.freshness.age(at: now, uptime: uptime),
                position: known.chain.position, connection: known.connection, entries: known.table.count,
                bytes: known.table.bytes, accepted: known.accepted, refused: known.refused,
                lastProblem: known.lastProblem)
        }
    }
}

/// A token that is asked about again and again: it is looked up anew only after something has ended.
private final class WatchedToken: Sendable {
    private let names: RevocationNames
    /// The version of the table in which it was last seen not to be revoked.
    private let validIn = Atomic<UInt64>(.max)

    init(_ names: RevocationNames) { self.names = names }

    func isValid(in known: borrowing RevocationKnowledge) -> Bool {
        guard validIn.load(ordering: .relaxed) != known.version else { return true }
        let table = known.table
        guard RevocationVerdict(of: names, value: { table.value($0) }) == .valid else { return false }
        validIn.store(known.version, ordering: .relaxed)
        return true
    }
}

/// What a reader knows, and how it came to know it.
struct RevocationKnowledge: Sendable {
    var table: RevocationTable
    var chain: RevocationChain
    var freshness: RevocationFreshness
    var connection = RevocationState.Connection.none
    var accepted = 0
    var refused = 0
    var lastProblem: RevocationFeedProblem?
    /// How often something was added.
    var version: UInt64 = 0
    /// When something was accepted last, by the clock that only counts.
    var lastAccepted: Duration?

    init(of feed: RevocationFeed, _ policy: RevocationPolicy, seed: DigestSeed) {
        table = RevocationTable(capacity: policy.maximumEntries, seed: seed)
        chain = RevocationChain(issuer: feed.issuer, audience: feed.audience, tolerance: policy.clockTolerance)
        freshness = RevocationFreshness(tolerance: policy.clockTolerance)
    }

    mutating func heard(issuedAt: NumericDate, at now: NumericDate, uptime: Duration) {
        freshness.heard(issuedAt: issuedAt, at: now, uptime: uptime)
        accepted &+= 1
        lastAccepted = uptime
    }
}
