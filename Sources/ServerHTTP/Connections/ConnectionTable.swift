import NIOCore
import Synchronization

/// The open connections of a listener: how many, from whom, and how to end them.
final class ConnectionTable: Sendable {
    private struct State {
        var channels: [ObjectIdentifier: any Channel] = [:]
        var perAddress: [String: Int] = [:]
        var refused: UInt64 = 0
        var isClosed = false
    }

    private let state = Mutex(State())
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
        let isAdmitted = state.withLock { state in
            guard !state.isClosed, state.channels.count < total,
                isExempt || state.perAddress[address, default: 0] < perAddress
            else {
                state.refused &+= 1
                return false
            }
            state.channels[id] = channel
            state.perAddress[address, default: 0] += 1
            return true
        }
        guard isAdmitted else { return false }
        channel.closeFuture.whenComplete { [self] _ in leave(id, address) }
        return true
    }

    private func leave(_ id: ObjectIdentifier, _ address: String) {
        state.withLock { state in
            guard state.channels.removeValue(forKey: id) != nil else { return }
            let count = state.perAddress[address, default: 1] - 1
            state.perAddress[address] = count > 0 ? count : nil
        }
    }

    var count: Int { state.withLock { $0.channels.count } }
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
