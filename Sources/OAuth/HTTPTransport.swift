/// How requests reach another party of the protocol; the application brings its own HTTP client.
///
/// It must check the server's certificate, never follow a redirect, give up after a time of its own, and read no more
/// than ``TransportRequest/maximumBodyBytes``.
public protocol HTTPTransport: Sendable {
    func send(_ request: TransportRequest) async throws -> TransportResponse
}

/// The same for an answer that goes on: server-sent events.
///
/// It gives up when nothing arrives for a time of its own, not after a time in all.
public protocol HTTPStreamTransport: Sendable {
    func open(_ request: TransportRequest) async throws -> TransportStream
}

/// A request to another party. What it carries is secret: it is not for logs.
public struct TransportRequest: Sendable {
    public enum Method: String, Sendable { case get = "GET", post = "POST" }

    public var method: Method
    public var url: String
    public var accept: String
    public var authorization: Secret?
    /// Other fields, for what has no member of its own here.
    public var headers: [String: String] = [:]
    /// The form of a POST.
    public var form: [UInt8]?
    /// A longer answer is an error; for a stream, nothing in all.
    public var maximumBodyBytes: Int

    public init(get url: String, accept: String = "application/json", authorization: Secret? = nil) {
        method = .get
        self.url = url
        self.accept = accept
        self.authorization = authorization
        form = nil
        maximumBodyBytes = 256 * 1024
    }

    public init(post form: FormWriter, to url: String, authorization: Secret? = nil) {
        method = .post
        self.url = url
        accept = "application/json"
        self.authorization = authorization
        self.form = form.bytes
        maximumBodyBytes = 256 * 1024
    }
}
