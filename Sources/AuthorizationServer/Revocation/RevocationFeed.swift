package import JOSE
package import OAuth
import Synchronization

/// Tells protected resources what has ended, as it ends: a chain of signed messages for each resource that listens, and
/// snapshots for those who begin.
///
/// What is published here is what the store has committed; the caller has not been answered yet. A message is signed and
/// encoded once, however many listen.
package final class RevocationFeed: Sendable {
    /// Whom the entries of a log concern.
    enum Audience: Hashable, Sendable {
        case everyone
        case one(ResourceIndicator)
        /// Those to whom tokens went that hang from the name of the entry.
        case placed
    }

    struct State {
        /// Under the issuer's names.
        var logs: [Audience: FeedLog] = [:]
        var chains: [ResourceIndicator: FeedChain] = [:]
        var nextWaiter: UInt64 = 0
        var snapshots: [ResourceIndicator: FeedSnapshot] = [:]
        var figures = Figures()
    }

    /// What the feed has done since the server started, for metrics.
    package struct Figures: Hashable, Sendable {
        /// Messages that were handed to readers; one that two readers got counts twice.
        package var messagesSent: UInt64 = 0
        /// Readers that asked for what is no longer kept, and had to begin with a snapshot.
        package var resyncs: UInt64 = 0
        /// Snapshots that were handed out.
        package var snapshots: UInt64 = 0
    }

    package let issuer: Issuer
    package let policy: FeedPolicy
    let keys: KeyRing
    let secrets: SecretGenerator
    let state = Mutex(State())
    let builder = SnapshotBuilder()
    package let places: TokenPlaces
    private let wakes: AsyncStream<Void>
    private let wake: AsyncStream<Void>.Continuation

    package init(
        issuer: Issuer, policy: FeedPolicy, keys: KeyRing, secrets: SecretGenerator, places: TokenPlaces
    ) {
        self.issuer = issuer
        self.places = places
        self.policy = policy
        self.keys = keys
        self.secrets = secrets
        // One waiting wake-up stands for all that happened since.
        (wakes, wake) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    /// What was known before anybody could listen. Where tokens went before is not.
    func load(_ changes: [RevocationChange]) { add(changes, isPlaced: false) }

    /// Puts what has ended into every chain that it concerns; the next messages tell it.
    func publish(_ changes: [RevocationChange]) {
        guard !changes.isEmpty else { return }
        add(changes, isPlaced: places.isComplete)
        wake.yield()
    }

    /// - Parameter isPlaced: whether it is known where every token went that lives.
    private func add(_ changes: [RevocationChange], isPlaced: Bool) {
        // The digests are made before anybody has to wait.
        let entries = changes.compactMap { change in
            change.entry(of: issuer).map { (entry: $0, audience: change.audience) }
        }
        state.withLock { state in
            // Of a copy, or all chains would be copied before one is changed.
            let listening = Array(state.chains.keys)
            for (entry, audience) in entries {
                switch audience {
                case .named(let resources):
                    for resource in resources {
                        state.logs[.one(resource), default: FeedLog()].append(entry)
                        state.chains[resource]?.add(entry)
                    }
                case .placed where isPlaced:
                    state.logs[.placed, default: FeedLog()].append(entry)
                    for resource in listening where places.contains(entry.name, at: resource) {
                        state.chains[resource]?.add(entry)
                    }
                case .placed, .everyone:
                    state.logs[.everyone, default: FeedLog()].append(entry)
                    for resource in listening { state.chains[resource]?.add(entry) }
                }
            }
        }
    }

    /// Signs and delivers what is pending, for as long as the server runs: at once what comes alone, in batches what comes
    /// fast, and signs of life in between.
    package func run(now: @escaping @Sendable () -> NumericDate) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { [self] in
                while !Task.isCancelled {
                    try? await Task.sleep(for: .milliseconds(500))
                    wake.yield()
                }
            }
            group.addTask { [self] in
                for await _ in wakes {
                    deliver(at: now())
                    try? await Task.sleep(for: .milliseconds(FeedPolicy.batch))
                }
            }
            await group.waitForAll()
        }
    }

    /// Sends every message that is due. One call at a time.
    package func deliver(at now: NumericDate) {
        giveUpUnused(at: now)
        // A chain whose messages cannot be signed goes silent, and its readers notice.
        guard let key = keys.snapshot.feedSigner(at: now) else { return }
        while true {
            let due = state.withLock { state in
                state.chains.compactMap { resource, chain in
                    chain.next(of: issuer, for: resource, every: policy.heartbeat, at: now)
                        .map { (message: $0, naming: chain.naming) }
                }
            }
            guard !due.isEmpty else { return }
            var signed: [(message: RevocationMessage, text: String)] = []
            for (untold, naming) in due {
                var message = untold
                message.entries = untold.entries.map { $0.told(by: naming) }
                guard let text = try? key.messageSigner.sign(message.json) else { continue }
                signed.append((message, text))
            }
            let woken = state.withLock { state in signed.flatMap { state.send($0.message, text: $0.text) } }
            for waiter in woken { waiter.resume() }
            guard signed.count == due.count else { return }
        }
    }

    private func giveUpUnused(at now: NumericDate) {
        state.withLock { state in
            let unused = state.chains.filter { _, chain in
                chain.readers == 0 && now - chain.lastUse >= .seconds(policy.idleLifetime)
            }
            for resource in unused.keys {
                state.chains[resource] = nil
                state.snapshots[resource] = nil
            }
        }
    }

    /// Forgets what concerns no living token, and says once what is said often.
    package func prune(at now: NumericDate) async {
        places.prune(at: now)
        let wasteful = state.withLock { state in
            // One that is empty stays, so that its version never means something else.
            for audience in state.logs.keys { state.logs[audience]?.prune(at: now) }
            return state.logs.compactMap { audience, log in log.wasteful.map { (audience, $0) } }
        }
        for (audience, old) in wasteful {
            let compacted = await FeedLog.compacted(old, at: now)
            state.withLock { $0.logs[audience]?.replace(old, with: compacted) }
        }
    }

    package var figures: Figures { state.withLock { $0.figures } }

    /// Chains, those who listen to them, and entries that snapshots are made of.
    package var counts: (chains: Int, readers: Int, entries: Int) {
        state.withLock { state in
            (
                state.chains.count, state.chains.values.reduce(0) { $0 &+ $1.readers },
                state.logs.values.reduce(0) { $0 &+ $1.count }
            )
        }
    }
}

extension RevocationFeed.State {
    fileprivate mutating func send(_ message: RevocationMessage, text: String) -> [CheckedContinuation<Void, Never>] {
        // Taken out, or what waits in it would be copied for each message.
        guard var chain = chains.removeValue(forKey: message.audience) else { return [] }
        chain.append(message, text: text)
        if chain.readers > 0 { chain.lastUse = max(chain.lastUse, message.issuedAt) }
        let waiting = Array(chain.waiting.values)
        chain.waiting = [:]
        chains[message.audience] = chain
        return waiting
    }
}
