import AsyncHTTPClient
package import JOSE
import NIOCore
import NIOHTTP1
import OAuth
package import ResourceServer
package import ServerHTTP

/// Passes requests that may pass to the servers behind, and their answers back, both as streams.
package struct ReverseProxy: Sendable {
    package let judge: GatewayJudge
    package let client: UpstreamClient
    package let metadata: ProtectedResourceMetadata
    /// Whether clients reach the gateway over `https`.
    package let isSecure: Bool
    private let limiter: RateLimiter
    private let now: @Sendable () -> NumericDate
    private let address: ProtectedResourceMetadata.Address?
    private let reporter: GatewayReporter

    /// Content that is announced to be this short has no clock of its own: it is watched as its pieces pass.
    private static let briefContent = 1_048_576

    /// - Parameter report: told of each refusal, for the operator.
    package init(
        judge: GatewayJudge, client: UpstreamClient, metadata: ProtectedResourceMetadata, isSecure: Bool,
        limiter: RateLimiter = RateLimiter(), report: GatewayReport? = nil, now: @escaping @Sendable () -> NumericDate
    ) {
        self.judge = judge
        self.client = client
        self.metadata = metadata
        self.isSecure = isSecure
        self.limiter = limiter
        self.now = now
        address = metadata.address
        reporter = GatewayReporter(endpoint: .gateway, judge: judge, report: report)
    }

    /// All routes of the gateway's listener: the description of the resource, and everything else.
    package func routes() -> RouteTable {
        var routes: [String: Route] = [:]
        if let address {
            let document = metadata.json
            routes[address.path] = Route("resource_metadata", [.get: .immediate { _, _ in .json(document) }])
        }
        var below: [String: Route] = [:]
        if let signIn = judge.signIn {
            let own = SignInRoutes(signIn, routes: judge.routes, reporter: reporter)
            routes.merge(own.routes) { _, own in own }
            below[own.nothing.prefix] = own.nothing.route
        }
        return RouteTable(routes, below: below, fallback: Route("gateway", any: answer))
    }

    @Sendable
    package func answer(_ request: ServerRequest, _ content: RequestBody, at time: NumericDate) async -> ServerResponse
    {
        var question = GatewayQuestion(
            host: request.headers.first("host") ?? "", method: request.method, path: request.path,
            authorization: request.headers.all("authorization"))
        question.address = request.peer.clientAddress
        question.headers = request.headers
        question.query = request.query
        switch await judge.verdict(on: question, at: time) {
        case .refused(let refusal):
            await reporter.refused(refusal, request, question, at: time)
            return judge.answer(refusal, to: question, metadata: address)
        case .allowed(let pass):
            let response = await passed(request, content, pass, question)
            // An upstream may answer as it likes; what carries a word of ours is ours.
            if response.status >= 300, let word = response.facts?.decision, word != RequestFacts.passed(pass).decision {
                reporter.refused(
                    word, response, to: request, content, question, pass, isSecure: isSecure, at: time)
            }
            return response
        }
    }

    private func passed(
        _ request: ServerRequest, _ content: RequestBody, _ pass: GatewayPass, _ question: GatewayQuestion
    ) async -> ServerResponse {
        let standing = limiter.take(pass, from: request.peer.address, at: .now())
        guard standing?.isExceeded != true else { return standing?.refusal ?? .unanswered(.broken, pass) }
        var response = await forward(request, content, pass, question)
        standing?.mark(&response)
        return response
    }

    private func forward(
        _ request: ServerRequest, _ content: RequestBody, _ pass: GatewayPass, _ question: GatewayQuestion
    ) async -> ServerResponse {
        guard let upstream = pass.route.upstream else { return GatewayRefusal.noRoute.answer(metadata: address) }
        let policy = pass.route.forwarding
        let maximum = policy.bodyBytes ?? ForwardingPolicy.largestBody
        guard content.length ?? 0 <= maximum else { return .tooLong(pass) }
        let outgoing: ForwardedRequest
        do {
            outgoing = try ForwardedRequest(
                request, pass, identity: judge.identity, hasContent: !content.isEmpty, isSecure: isSecure)
        } catch {
            return .unforwardable(error, pass)
        }
        let watch = pass.token == nil ? nil : watching(request, pass, question)
        var standing = watch?.standing
        do {
            if content.isEmpty { try await UpstreamContent.confirmEmpty(content) }
            if WebSocketOpening.isAsked(request) {
                return try await WebSocketOpening(client: client, upstream: upstream, pass: pass, watch: watch)
                    .answer(to: request, as: outgoing, content, isSecure: isSecure)
            }
            let content =
                content.isEmpty ? nil : UpstreamContent(content: content, maximum: maximum, watch: watch)
            let response: HTTPClientResponse
            if let watch, let content, content.length ?? .max > Self.briefContent {
                response = try await watch.whileAllowed { [client] in
                    try await client.execute(outgoing, to: upstream, content: content, timeout: policy.timeout)
                }
            } else {
                response = try await client.execute(outgoing, to: upstream, content: content, timeout: policy.timeout)
            }
            try await standing?.check()
            return try await answer(response, to: request, pass, watch)
        } catch let ended as PassWatch.Ended {
            return judge.answer(ended.refusal, to: question, metadata: address)
        } catch let failure as UpstreamClient.Failure {
            return .unanswered(failure, pass)
        } catch is UpstreamContent.TooLong {
            return .tooLong(pass)
        } catch is UpstreamContent.LengthWrong {
            return .unforwardable(.contentUnexpected, pass)
        } catch {
            return .unanswered(.broken, pass)
        }
    }

    /// - Parameter request: what the operator is told of, should its answer have to end.
    private func watching(_ request: ServerRequest, _ pass: GatewayPass, _ question: GatewayQuestion) -> PassWatch {
        PassWatch(judge: judge, question: question, pass: pass, now: now) { [reporter, now] refusal in
            await reporter.refused(refusal, request, question, pass: pass, at: now())
        }
    }

    private func answer(
        _ response: HTTPClientResponse, to request: ServerRequest, _ pass: GatewayPass, _ watch: PassWatch?
    ) async throws -> ServerResponse {
        let status = Int(response.status.code)
        // Nobody asked to switch, and interim answers are not passed on.
        guard status >= 200, status <= 599 else { throw UpstreamClient.Failure.broken }
        let head = ForwardedAnswer(
            response.headers.map { ($0.name, $0.value) },
            isPersonal: pass.token != nil || request.headers.first("authorization") != nil)
        if request.method == .head || status == 204 || status == 304 {
            // Nothing comes any more, and the connection is free for others.
            for try await _ in response.body {}
        }
        let body = response.body
        let isBrief = head.length.map { $0 <= Self.briefContent } ?? false
        return ServerResponse(
            status: status, headers: head.headers, facts: .passed(pass),
            stream: ResponseStream(length: head.length, endsOnDrain: head.isEvents, isForeign: true) { writer in
                guard let watch else {
                    for try await piece in body { try await writer.write(piece) }
                    return
                }
                try await watch.telling {
                    guard isBrief else {
                        try await watch.whileAllowed { for try await piece in body { try await writer.write(piece) } }
                        return
                    }
                    var standing = watch.standing
                    for try await piece in body {
                        try await standing.check()
                        try await writer.write(piece)
                    }
                }
            })
    }
}
