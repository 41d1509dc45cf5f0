/// How a streamed answer ended, for the request log.
enum StreamEnd: String {
    case complete
    /// The peer closed, or stopped reading for longer than it may.
    case peerGone = "peer_gone"
    case peerSlow = "peer_slow"
    /// Nothing happened for too long.
    case idle
    /// Whoever produced it could not go on.
    case failed
    case drained
}
