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
    }

    private let feed: RevocationFeed
    package let audience: ResourceIndicator
    private let isOpen = Mutex(true)

    fileprivate init(_ feed: RevocationFeed, _ audience: ResourceIndicator) {
        self.feed = feed
        self.audience = audience
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

    /// What was sent after a message, without waiting.
    package func messages(after sequence: Int64, of chain: String) -> Delivery {
        feed.messages(for: audience, after: sequence, of: chain)
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
    package func reader(for audience: ResourceIndicator, at now: NumericDate) -> FeedReader? {
        let isTaken = state.withLock { state in
            guard beginChain(for: audience, in: &state, at: now),
                (state.chains[audience]?.readers ?? 0) < policy.readersPerResource
            else { return false }
            state.chains[audience]?.readers += 1
            return true
        }
        return isTaken ? FeedReader(self, audience) : nil
    }

    /// Whether the resource has a chain from now on.
    func beginChain(for audience: ResourceIndicator, in state: inout State, at now: NumericDate) -> Bool {
        if state.chains[audience] == nil {
            guard state.chains.count < policy.chains else { return false }
            // A chain is never gone on with: a reader that missed a part of it sees another name.
            state.chains[audience] = FeedChain(
                feed: secrets.identifier(), keeping: policy.messagesKept, at: now)
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
        for audience: ResourceIndicator, after sequence: Int64, of feed: String
    ) -> FeedReader.Delivery {
        state.withLock { state in
            guard let chain = state.chains[audience], chain.position.feed == feed,
                let messages = chain.messages(after: sequence, limit: Self.messagesAtOnce)
            else { return .resync }
            return .messages(Array(messages))
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
