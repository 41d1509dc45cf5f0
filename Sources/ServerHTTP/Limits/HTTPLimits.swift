/// Every bound of a listener: what is safe by default, and how far an operator may go.
package struct HTTPLimits: Hashable, Sendable {
    /// Request line and header fields together, in bytes.
    package var headerBytes = 16_384
    package var headerCount = 100
    /// The request target, in bytes.
    package var targetBytes = 8_192
    package var bodyBytes = 65_536
    /// From the first byte of a request to the end of its header; also for the TLS handshake.
    package var headerDeadline = Duration.seconds(10)
    /// From the end of the header to the end of the body.
    package var bodyDeadline = Duration.seconds(15)
    /// How long a connection may wait between requests.
    package var idle = Duration.seconds(60)
    /// How long an answer may be in the making.
    package var requestDeadline = Duration.seconds(30)
    /// How long an answer may wait for a peer that does not read.
    package var writeDeadline = Duration.seconds(20)
    /// How long nothing may happen on a streamed answer or a tunnel; these have no time limit as a whole.
    package var streamIdle = Duration.seconds(120)
    /// The content of a request that is passed on while it arrives, in bytes.
    package var streamedBodyBytes = 104_857_600
    package var connections = 8_000
    package var connectionsPerAddress = 512
    /// HTTP/2 streams open at once on one connection.
    package var concurrentStreams = 100
    /// Bodies that the streams of one HTTP/2 connection may hold together; requests are small, so four full ones.
    package var connectionBodyBytes = 262_144
    /// HTTP/2 streams that a peer may reset within 30 seconds before the connection ends (rapid reset).
    package var streamResets = 100
    /// How long requests in flight may take when the server stops.
    package var drain = Duration.seconds(10)
    /// How long the server still accepts connections after it has stopped to be ready.
    package var drainDelay = Duration.zero

    package init() {}

    /// The same limits, each within what this server can stand by.
    package func clamped() -> HTTPLimits {
        var limits = self
        limits.headerBytes = min(max(headerBytes, 1_024), 65_536)
        limits.headerCount = min(max(headerCount, 16), 500)
        limits.targetBytes = min(max(targetBytes, 256), limits.headerBytes)
        limits.bodyBytes = min(max(bodyBytes, 1_024), 16_777_216)
        limits.headerDeadline = min(max(headerDeadline, .milliseconds(50)), .seconds(120))
        limits.bodyDeadline = min(max(bodyDeadline, .milliseconds(50)), .seconds(300))
        limits.idle = min(max(idle, .milliseconds(50)), .seconds(3_600))
        limits.requestDeadline = min(max(requestDeadline, .milliseconds(50)), .seconds(600))
        limits.writeDeadline = min(max(writeDeadline, .milliseconds(50)), .seconds(300))
        limits.streamIdle = min(max(streamIdle, .milliseconds(50)), .seconds(86_400))
        limits.streamedBodyBytes = min(max(streamedBodyBytes, 0), 1_099_511_627_776)
        limits.connections = min(max(connections, 1), 1_000_000)
        limits.connectionsPerAddress = min(max(connectionsPerAddress, 1), limits.connections)
        limits.concurrentStreams = min(max(concurrentStreams, 1), 1_000)
        limits.connectionBodyBytes = min(max(connectionBodyBytes, limits.bodyBytes), 16_777_216)
        limits.streamResets = min(max(streamResets, 1), 10_000)
        limits.drain = min(max(drain, .zero), .seconds(600))
        limits.drainDelay = min(max(drainDelay, .zero), .seconds(60))
        return limits
    }
}
