/// What a token is judged for.
///
/// Only an API key with a quota knows the difference: each request of it is one use, and what it once opened stays open
/// without another.
public enum AccessPurpose: Hashable, Sendable {
    /// Somebody asks for something.
    case request
    /// What a request opened goes on, such as a stream or a WebSocket: may whoever opened it still come?
    case standing
}
