public import OAuth

/// How requests reach the provider; the application brings its own HTTP client.
///
/// It must check the server's certificate, never follow a redirect, and give up after a time of its own.
public protocol HTTPTransport: Sendable {
    func send(_ request: ProviderRequest) async throws -> ProviderResponse
}

/// A request to the provider. What it carries is secret: it is not for logs.
public struct ProviderRequest: Sendable {
    public enum Method: String, Sendable { case get = "GET", post = "POST" }

    public var method: Method
    public var url: String
    public var accept: String
    public var authorization: Secret?
    /// The form of a POST.
    public var form: [UInt8]?
    /// A longer answer is an error.
    public var maximumBodyBytes: Int

    init(get url: String, accept: String = "application/json", authorization: Secret? = nil) {
        method = .get
        self.url = url
        self.accept = accept
        self.authorization = authorization
        form = nil
        maximumBodyBytes = 256 * 1024
    }

    init(post form: FormWriter, to url: String, authorization: Secret? = nil) {
        method = .post
        self.url = url
        accept = "application/json"
        self.authorization = authorization
        self.form = form.bytes
        maximumBodyBytes = 256 * 1024
    }
}

/// What the provider answered.
public struct ProviderResponse: Sendable {
    public var status: Int
    /// The media type, with or without its parameters.
    public var contentType: String?
    public var body: [UInt8]

    public init(status: Int, contentType: String?, body: [UInt8]) {
        self.status = status
        self.contentType = contentType
        self.body = body
    }

    /// Whether the media type is `expected`, whatever its parameters and letter case.
    func isOf(type expected: String) -> Bool {
        guard let contentType else { return false }
        let type = contentType.prefix { $0 != ";" }.utf8.filter { $0 != 0x20 && $0 != 0x09 }
        return type.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 } == Array(expected.utf8)
    }
}
