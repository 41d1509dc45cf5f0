import NIOCore
import Risk
import Synchronization

/// The open connections of a listener: how many, from whom, and how to end them.
final class ConnectionTable: Sendable {
    private struct State {
        var channels: [ObjectIdentifier: any Channel] = [:]
        var perAddress: [String: Int] = [:]
        var refused: UInt64 = 0
        /// The most there were since memory was last given back.
        var peak = 0
        var isClosed = false
    }

    private let state = Mutex(State())
    /// From here on what was freed is worth giving back: some 10 MB of TLS state.
    private static let flood = 256

    private let total: Int
    private let perAddress: Int

    init(limits: HTTPLimits) {
        total = limits.connections
        perAddress = limits.connectionsPerAddress
    }

    /// Lets a connection in, or not; the address comes from the socket and never from a header.
    ///
    /// - Parameter isExempt: whether the peer is a proxy, through which many clients come.
    func admit(_ channel: any Channel, from address: String, isExempt: Bool) -> Bool {
        let id = ObjectIdentifier(channel)
        // One holder of an IPv6 network has more addresses than there are connections.
        let address = AddressPrefix(address).text
        let isAdmitted = state.withLock { state in
            guard !state.isClosed, state.channels.count < total,
                isExempt || state.perAddress[address, default: 0] < perAddress
            else {
                state.refused &+= 1
                return false
            }
            state.channels[id] = channel
            state.perAddress[address, default: 0] += 1
            state.peak = max(state.peak, state.channels.count)
            return true
        }
        guard isAdmitted else { return false }
        channel.closeFuture.whenComplete { [self] _ in
            if leave(id, address) { FreedMemory.giveBackSoon(after: channel) }
        }
        return true
    }

    /// Whether a flood has ebbed: half of the connections that there were are gone.
    private func leave(_ id: ObjectIdentifier, _ address: String) -> Bool {
        state.withLock { state in
            guard state.channels.removeValue(forKey: id) != nil else { return false }
            let count = state.perAddress[address, default: 1] - 1
            state.perAddress[address] = count > 0 ? count : nil
            guard state.peak >= Self.flood, state.channels.count <= state.peak / 2 else { return false }
            state.peak = state.channels.count
            return true
        }
    }

    var count: Int { state.withLock { $0.channels.count } }
    /// Whether the listener ends, so that what it does not let in is beyond no limit.
    var isClosed: Bool { state.withLock { $0.isClosed } }
    var refused: UInt64 { state.withLock { $0.refused } }

    /// Ends all connections and lets none in any more.
    func closeAll() {
        let channels = state.withLock { state in
            state.isClosed = true
            return Array(state.channels.values)
        }
        for channel in channels { channel.close(promise: nil) }
    }
}
