package import AuthorizationServer
package import JOSE
import Logging
import NIOCore
import Synchronization

/// The one way from a request to its answer, for all connections of a listener: checks that hold for every route, the
/// route itself, and the traces that every answer leaves.
package final class Dispatcher: Sendable {
    enum Answer: Sendable {
        case ready(ServerResponse)
        /// - Parameter onLoop: whether the handler may run on the connection's event loop.
        case waiting(ServerRequest.Handler, onLoop: Bool)
        case streaming(ServerRequest.StreamingHandler)
    }

    let name: String
    let limits: HTTPLimits
    let standing: StandingHeaders
    private let routes: RouteTable
    private let hosts: Set<String>?
    private let proxies: TrustedProxies
    private let ids: RequestIDs
    private let now: @Sendable () -> NumericDate
    private let date = HTTPDate()
    private let log: RequestLog?
    private let metrics: RequestMetrics
    private let onRefusal: RefusalReport
    private let decisions: DecisionNames
    private let openStreams = Atomic<Int>(0)

    /// Told of each request that was refused before a route saw it, and of each connection that was turned away, for the
    /// audit log and the journal of decisions: why, on which value, whose, by which name, when.
    package typealias RefusalReport =
        @Sendable (
            _ reason: String, Evidence, _ address: String, _ id: String, NumericDate
        ) -> Void

    /// How a refusal is known that a request, by its name, has met.
    package typealias DecisionNames = @Sendable (_ requestID: String) -> String?

    init(
        name: String, limits: HTTPLimits, secure: Bool, routes: RouteTable, hosts: Set<String>?,
        proxies: TrustedProxies, ids: RequestIDs, log: RequestLog?, metrics: MetricsRegistry,
        now: @escaping @Sendable () -> NumericDate, onRefusal: @escaping RefusalReport,
        decisions: @escaping DecisionNames = { _ in nil }
    ) {
        self.name = name
        self.onRefusal = onRefusal
        self.decisions = decisions
        self.limits = limits
        standing = StandingHeaders(secure: secure)
        self.routes = routes
        self.hosts = hosts
        self.proxies = proxies
        self.ids = ids
        self.now = now
        self.log = log
        self.metrics = metrics.requests(listener: name, routes: routes.names)
    }

    /// Gives a complete request its name, its time and its route; `nil` for a method that this server does not know.
    func exchange(_ head: RequestHead, body: [UInt8], from peer: Peer, started: NIODeadline) -> Exchange? {
        guard let method = method(of: head) else { return nil }
        let request = ServerRequest(
            method: method, path: head.path, query: head.query, headers: head.headers, body: body,
            peer: proxies.isEmpty ? peer : proxies.client(of: peer, head.headers), sender: peer, requestID: ids.next(),
            listener: name, otherMethod: method == .other ? head.methodName : nil)
        return Exchange(request: request, route: routes[head.path], started: started, date: now())
    }

    /// `nil` for a method that neither this server nor a route for any method takes.
    private func method(of head: RequestHead) -> RequestMethod? {
        if let method = head.method { return method }
        guard routes.hasStreaming, routes[head.path]?.anyMethod != nil, !Self.never.contains(head.methodName) else {
            return nil
        }
        return .other
    }

    /// Methods that turn a server into something else (RFC 9110 §9.3.6) or show a request to whom it does not concern
    /// (§9.3.8).
    private static let never: Set<String> = ["CONNECT", "TRACE"]

    /// How much content of a request its route takes as a stream; `nil`: whole, within the limit for that.
    func streamLimit(_ head: RequestHead) -> Int? {
        guard let method = method(of: head), case .streaming = routes[head.path]?[method] else { return nil }
        return limits.streamedBodyBytes
    }

    /// What a parser asks for each request with content, if any route of this listener takes streams.
    var streamLimits: ((RequestHead) -> Int?)? {
        guard routes.hasStreaming else { return nil }
        return { [self] in streamLimit($0) }
    }

    func answer(to exchange: Exchange) -> Answer {
        let request = exchange.request
        if let (refusal, evidence) = refusal(of: request, on: exchange.route) {
            return .ready(refused(exchange, refusal, evidence))
        }
        // Nobody is denied what does not exist: the request log tells of it, and the audit log does not.
        guard let route = exchange.route else {
            return .ready(.error(404, "not_found", "there is nothing at this path"))
        }
        guard let action = route[request.method] else {
            if request.method == .options { return .ready(route.sharing.preflight(request, allow: route.allow)) }
            var response = refused(
                exchange, (405, "method_not_allowed", "this path does not have this method"),
                Evidence("\(request.method.rawValue) \(request.path)", expected: route.allow))
            response.headers.append("allow", route.allow)
            return .ready(marked(response, exchange))
        }
        switch action {
        case .immediate(let body): return .ready(marked(body(request, exchange.date), exchange))
        case .waiting(let handler): return .waiting(handler, onLoop: true)
        case .apart(let handler): return .waiting(handler, onLoop: false)
        case .streaming(let handler): return .streaming(handler)
        }
    }

    /// Adds what depends on the route and not on its handler.
    func marked(_ response: ServerResponse, _ exchange: Exchange) -> ServerResponse {
        guard let route = exchange.route else { return response }
        var response = response
        route.sharing.mark(&response, for: exchange.request)
        return response
    }

    private typealias Refusal = (status: Int, reason: String, text: String)

    /// The answer to a request that no route takes, of which the audit log is told.
    private func refused(_ exchange: Exchange, _ refusal: Refusal, _ evidence: Evidence) -> ServerResponse {
        onRefusal(refusal.reason, evidence, exchange.request.peer.address, exchange.request.requestID, exchange.date)
        return .error(
            refusal.status, "invalid_request", refusal.text, facts: RequestFacts(decision: refusal.reason))
    }

    /// What no route of this server takes.
    private func refusal(of request: ServerRequest, on route: Route?) -> (Refusal, Evidence)? {
        let host = request.headers.first("host") ?? ""
        if let hosts, !hosts.contains(host.lowercased()) {
            return (
                (421, "host_unknown", "this server does not answer for this host"),
                Evidence(host, expected: hosts.sorted().joined(separator: " or "))
            )
        }
        // Two of them could be read as different callers by two programs.
        let count = request.headers.count("authorization")
        guard count <= 1 else {
            return ((400, "authorization_repeated", "more than one Authorization header"), Evidence("\(count) of them"))
        }
        // Whoever takes any method passes the content on and need not understand it.
        if let coding = request.headers.first("content-encoding"), coding.lowercased() != "identity",
            route?.anyMethod == nil
        {
            return ((415, "content_coding", "content codings are not supported"), Evidence(coding))
        }
        return nil
    }

    func dateText(_ date: NumericDate) -> String { self.date.text(at: date) }

    /// A name and a time for a refusal of something that never became a request.
    func refused() -> (id: String, date: NumericDate) { (ids.next(), now()) }

    /// A connection beyond what the listener may hold is told nothing; the audit log is.
    func turnedAway(_ peer: Peer) {
        let (id, date) = refused()
        let most = "\(limits.connections) in all, \(limits.connectionsPerAddress) of one address"
        onRefusal("connection_limit", Evidence(expected: most), peer.address, id, date)
    }

    /// Counts and logs an answer at the moment it is written.
    func finished(_ exchange: Exchange, _ response: ServerResponse) {
        let duration = NIODeadline.now() - exchange.started
        metrics.count(
            route: exchange.route?.name, status: response.status, duration: duration,
            decision: response.facts?.decision)
        log?.append(
            exchange.request, named(response, exchange), at: exchange.date,
            microseconds: duration.nanoseconds / 1_000)
    }

    /// With the name of its decision, if it refuses and anybody writes that down.
    private func named(_ response: ServerResponse, _ exchange: Exchange) -> ServerResponse {
        guard log != nil, response.status >= 400, let name = decisions(exchange.request.requestID) else {
            return response
        }
        var response = response
        response.facts = response.facts ?? RequestFacts()
        response.facts?.decisionID = name
        return response
    }

    /// A streamed answer has begun; its metrics and its log line come with its end.
    func began() { openStreams.add(1, ordering: .relaxed) }

    /// How many streamed answers are under way.
    var streams: Int { openStreams.load(ordering: .relaxed) }

    /// Counts and logs a streamed answer: in the histogram with the time to its head, in the log with all of it.
    func finished(_ stream: OpenStream, _ end: StreamEnd) {
        openStreams.subtract(1, ordering: .relaxed)
        let (exchange, response) = (stream.exchange, stream.response)
        metrics.count(
            route: exchange.route?.name, status: response.status, duration: stream.delay,
            decision: response.facts?.decision)
        let duration = NIODeadline.now() - exchange.started
        log?.append(
            exchange.request, response, at: exchange.date, microseconds: duration.nanoseconds / 1_000,
            streamed: (stream.answer.sent, end))
    }

    /// Counts and logs what was refused before it was a request.
    func finished(refusing refusal: RequestRefusal, from peer: Peer, id: String, date: NumericDate) {
        metrics.count(route: nil, status: refusal.status, duration: .zero, decision: refusal.reason)
        onRefusal(refusal.reason, Evidence(expected: refusal.bound(in: limits)), peer.address, id, date)
        log?.append(refusing: refusal, from: peer, id: id, decision: decisions(id), listener: name, at: date)
    }
}
