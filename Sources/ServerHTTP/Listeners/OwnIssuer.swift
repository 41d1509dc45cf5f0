package import AuthorizationServer
import JOSE
import Logging
import NIOCore
package import OAuth
import Synchronization

/// Asks the issuer of this process what other programs ask it over the network: its metadata, its keys, and what a
/// token is worth. The same routes answer, with the same checks of who asks.
package struct OwnIssuer: HTTPTransport {
    private let origin: String
    private let routes: RouteTable
    private let ids: RequestIDs
    private let now: @Sendable () -> NumericDate

    package init(_ provider: OpenIDProvider, _ environment: ServerEnvironment) {
        origin = provider.issuer.origin
        routes = PublicRoutes.table(
            provider, pages: nil, readiness: environment.readiness, logger: environment.logger)
        ids = environment.requestIDs
        now = environment.now
    }

    /// Not an address of this issuer, or one that only browsers use.
    package struct NotHere: Error {}

    /// The answer is longer than whoever asked takes.
    package struct TooLong: Error {}

    package func send(_ request: TransportRequest) async throws -> TransportResponse {
        guard request.url.utf8.starts(with: origin.utf8) else { throw NotHere() }
        let target = String(decoding: request.url.utf8.dropFirst(origin.utf8.count), as: UTF8.self)
        let mark = target.utf8.firstIndex(of: UInt8(ascii: "?"))
        let path = mark.map { String(target[..<$0]) } ?? target
        let query = mark.map { String(target[$0...].dropFirst()) }
        let method: RequestMethod = request.method == .post ? .post : .get
        guard let action = routes[path]?.actions[method] else { throw NotHere() }
        let asked = ServerRequest(
            method: method, path: path, query: query, headers: Self.headers(of: request), body: request.form ?? [],
            peer: Peer(address: "unix"), requestID: ids.next(), listener: "internal")
        let response = try await Self.answer(to: asked, by: action, at: now())
        return TransportResponse(
            status: response.status, headers: TransportHeaders(response.headers.fields.map { ($0.name, $0.value) }),
            body: try await Self.body(of: response, atMost: request.maximumBodyBytes))
    }

    private static func body(of response: ServerResponse, atMost limit: Int) async throws -> [UInt8] {
        guard let stream = response.stream else {
            guard response.body.count <= limit else { throw TooLong() }
            return response.body
        }
        return try await stream.collected(atMost: limit)
    }

    private static func answer(
        to request: ServerRequest, by action: Route.Action, at now: NumericDate
    ) async throws -> ServerResponse {
        if case .immediate(let answer) = action { return answer(request, now) }
        if case .waiting(let handler) = action { return await handler(request, now) }
        if case .apart(let handler) = action { return await handler(request, now) }
        throw NotHere()
    }

    private static func headers(of request: TransportRequest) -> HeaderFields {
        var headers = HeaderFields()
        headers.append("accept", request.accept)
        if let authorization = request.authorization { headers.append("authorization", authorization.revealedValue) }
        if request.form != nil { headers.append("content-type", "application/x-www-form-urlencoded") }
        for (name, value) in request.headers { headers.append(name.lowercased(), value) }
        return headers
    }
}

extension ResponseStream {
    /// All of the content, for who takes it in one piece.
    fileprivate func collected(atMost limit: Int) async throws -> [UInt8] {
        guard case .content(let produce) = source, !endsOnDrain else { throw OwnIssuer.NotHere() }
        let writer = CollectingWriter(limit: limit)
        try await produce(writer)
        return writer.bytes.withLock { $0 }
    }
}

/// Keeps what a stream writes, as long as it is not too much.
private final class CollectingWriter: ResponseWriter {
    let bytes = Mutex<[UInt8]>([])
    private let limit: Int

    init(limit: Int) { self.limit = limit }

    func write(_ buffer: ByteBuffer) async throws {
        try bytes.withLock { bytes in
            guard buffer.readableBytes <= limit &- bytes.count else { throw OwnIssuer.TooLong() }
            bytes.append(contentsOf: buffer.readableBytesView)
        }
    }
}
