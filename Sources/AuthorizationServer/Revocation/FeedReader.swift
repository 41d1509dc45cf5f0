package import JOSE
package import OAuth
import Synchronization

/// One connection that listens to a chain; it counts until it is closed or forgotten.
package final class FeedReader: Sendable {
    /// What a reader gets when it asks for what comes after a message.
    package enum Delivery: Sendable {
        case messages([FeedMessage])
        /// What it asks for is no longer kept, or of another chain: it has to begin with a snapshot.
        case resync
        /// It has to prove anew who it is.
        case ended
    }

    private let feed: RevocationFeed
    package let audience: ResourceIndicator
    private let term: UInt64
    /// The first second of which it is told nothing: its credentials have ended. `nil`: none.
    private let end: NumericDate?
    private let isOpen = Mutex(true)

    fileprivate init(_ feed: RevocationFeed, _ audience: ResourceIndicator, term: UInt64, until end: NumericDate?) {
        self.feed = feed
        self.audience = audience
        self.term = term
        self.end = end
    }

    deinit { close() }

    package func close() {
        let wasOpen = isOpen.withLock { isOpen in
            defer { isOpen = false }
            return isOpen
        }
        if wasOpen { feed.leave(audience) }
    }

    /// Where the chain stands now.
    package var position: RevocationPosition? { feed.state.withLock { $0.chains[audience]?.position } }

    /// Whether all that was sent after a message is still there.
    package func isKept(after sequence: Int64, of chain: String) -> Bool {
        feed.isKept(for: audience, after: sequence, of: chain)
    }

    /// What was sent after a message, without waiting.
    package func messages(after sequence: Int64, of chain: String) -> Delivery {
        feed.messages(for: audience, after: sequence, of: chain, term: term, until: end)
    }

    /// The same, waiting until there is something; nothing only if the task is cancelled.
    package func next(after sequence: Int64, of chain: String) async -> Delivery {
        while !Task.isCancelled {
            let delivery = messages(after: sequence, of: chain)
            guard case .messages(let messages) = delivery, messages.isEmpty else { return delivery }
            await feed.wait(for: audience, after: sequence, of: chain)
        }
        return .messages([])
    }
}

extension RevocationFeed {
    /// Messages in one answer.
    private static let messagesAtOnce = 64

    /// A connection of the resource; begins its chain if it has none. `nil`: it has too many, or there are too many
    /// chains.
    /// - Parameter end: when its credentials end, and with them the connection.
    package func reader(
        for audience: ResourceIndicator, until end: NumericDate? = nil, at now: NumericDate
    ) -> FeedReader? {
        let term = state.withLock { state -> UInt64? in
            guard beginChain(for: audience, in: &state, at: now),
                (state.chains[audience]?.readers ?? 0) < policy.readersPerResource
            else { return nil }
            state.chains[audience]?.readers += 1
            return state.chains[audience]?.term
        }
        return term.map { FeedReader(self, audience, term: $0, until: end) }
    }

    /// Ends all connections of the resource with the next sign of life at the latest: its credentials have changed, or it
    /// may not listen any more.
    func endReaders(of audience: ResourceIndicator) {
        state.withLock { $0.chains[audience]?.endReaders() }
    }

    /// Whether the resource has a chain from now on.
    func beginChain(for audience: ResourceIndicator, in state: inout State, at now: NumericDate) -> Bool {
        if state.chains[audience] == nil {
            guard state.chains.count < policy.chains else { return false }
            // A chain is never gone on with: a reader that missed a part of it sees another name.
            state.chains[audience] = FeedChain(
                feed: secrets.identifier(), for: audience, keeping: policy.messagesKept, at: now)
        }
        state.chains[audience]?.lastUse = now
        return true
    }

    fileprivate func leave(_ audience: ResourceIndicator) {
        state.withLock { state in
            guard let readers = state.chains[audience]?.readers, readers > 0 else { return }
            state.chains[audience]?.readers = readers - 1
        }
    }

    fileprivate func messages(
        for audience: ResourceIndicator, after sequence: Int64, of feed: String, term: UInt64, until end: NumericDate?
    ) -> FeedReader.Delivery {
        state.withLock { state in
            guard let chain = state.chains[audience],
                let messages = state.messages(for: audience, after: sequence, of: feed, limit: Self.messagesAtOnce)
            else {
                state.figures.resyncs &+= 1
                return .resync
            }
            guard term >= chain.term || sequence < chain.lastOfFormer else { return .ended }
            let own = messages.filter { message in
                (term >= chain.term || message.sequence <= chain.lastOfFormer)
                    && end.map { message.issuedAt < $0 } ?? true
            }
            guard !own.isEmpty || messages.isEmpty else { return .ended }
            state.figures.messagesSent &+= UInt64(own.count)
            return .messages(own)
        }
    }

    fileprivate func isKept(for audience: ResourceIndicator, after sequence: Int64, of feed: String) -> Bool {
        state.withLock { state in
            if state.messages(for: audience, after: sequence, of: feed, limit: 0) != nil { return true }
            state.figures.resyncs &+= 1
            return false
        }
    }

    /// Returns when there is something after the message, when the chain is another, or when the task is cancelled.
    fileprivate func wait(for audience: ResourceIndicator, after sequence: Int64, of feed: String) async {
        let id = state.withLock { state in
            state.nextWaiter &+= 1
            return state.nextWaiter
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isWaiting = state.withLock { state in
                    guard !Task.isCancelled, let chain = state.chains[audience], chain.position.feed == feed,
                        chain.position.sequence <= sequence
                    else { return false }
                    state.chains[audience]?.waiting[id] = continuation
                    return true
                }
                if !isWaiting { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.chains[audience]?.waiting.removeValue(forKey: id) }?.resume()
        }
    }
}

extension RevocationFeed.State {
    /// `nil` if they are no longer kept, or of another chain.
    fileprivate func messages(
        for audience: ResourceIndicator, after sequence: Int64, of feed: String, limit: Int
    ) -> ArraySlice<FeedMessage>? {
        guard let chain = chains[audience], chain.position.feed == feed else { return nil }
        return chain.messages(after: sequence, limit: limit)
    }
}
