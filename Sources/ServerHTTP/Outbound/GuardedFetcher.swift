import AsyncHTTPClient
package import AuthorizationServer
package import NIOCore
import NIOHTTP1
import NIOSSL
package import Risk

/// The one way in which this server calls where a client points it to: `https` only, to public addresses only, to the
/// very address that was checked, once at a time, and never much or for long.
package actor GuardedFetcher: DocumentFetcher, LogoutTransport {
    package typealias Resolver = @Sendable (_ host: String) async throws -> [IPAddress]

    package static let maximumSize = 1_048_576

    private let eventLoops: any EventLoopGroup
    private let allowed: [AddressRange]
    private let authorityFile: String?
    private let resolve: Resolver
    private let timeLimit: Duration
    private var budgets: [DocumentKind: HostBudget]
    private var postBudget: HostBudget
    private var flights: [Flight: Task<[UInt8], any Error>] = [:]

    /// A request that is under way; one of another kind does not ride along, so that no budget is got around.
    private struct Flight: Hashable {
        let url: String
        let kind: DocumentKind
    }

    private enum Errand: Sendable {
        case get
        /// `application/x-www-form-urlencoded`
        case post([UInt8])
    }

    private struct Answer: Sendable {
        let status: Int
        let body: [UInt8]
    }

    /// - Parameters:
    ///   - allowed: addresses that may be reached although they are not public.
    ///   - authorityFile: certificates in PEM that are trusted beside the system's.
    package init(
        eventLoops: any EventLoopGroup, allowed: [AddressRange] = [], authorityFile: String? = nil,
        timeLimit: Duration = .seconds(5), requestsPerMinute: Int = 30,
        resolve: @escaping Resolver = GuardedFetcher.systemResolver
    ) {
        self.eventLoops = eventLoops
        self.allowed = allowed
        self.authorityFile = authorityFile
        self.timeLimit = timeLimit
        self.resolve = resolve
        let budget = HostBudget(maximum: requestsPerMinute, per: .seconds(60))
        budgets = Dictionary(uniqueKeysWithValues: DocumentKind.allCases.map { ($0, budget) })
        postBudget = budget
    }

    package static let systemResolver: Resolver = { host in try await NameResolver.system(host) }

    /// Callers that ask for one address at the same time share one request.
    package func fetch(_ text: String, for kind: DocumentKind) async throws -> [UInt8] {
        let url = try OutboundURL(text)
        let key = Flight(url: url.text, kind: kind)
        if let flight = flights[key] { return try await flight.value }
        guard budgets[kind]?.take(url.host, at: .now) ?? false else { throw OutboundError.budgetSpent }
        let flight = Task {
            let answer = try await within(timeLimit) { try await self.load(url, .get) }
            guard answer.status == 200 else { throw OutboundError.statusUnexpected(answer.status) }
            return answer.body
        }
        flights[key] = flight
        defer { flights[key] = nil }
        return try await flight.value
    }

    /// Sends a form; returns the status of the answer, whose content nobody reads.
    package func post(_ form: [UInt8], to text: String) async throws -> Int {
        let url = try OutboundURL(text)
        guard postBudget.take(url.host, at: .now) else { throw OutboundError.budgetSpent }
        return try await within(timeLimit) { try await self.load(url, .post(form)) }.status
    }

    /// Ends at the time limit even if what it waits for does not: a name server may take half a minute to say nothing.
    private nonisolated func within(
        _ limit: Duration, _ body: @escaping @Sendable () async throws -> Answer
    ) async throws -> Answer {
        let (results, first) = AsyncStream.makeStream(
            of: Result<Answer, any Error>.self, bufferingPolicy: .bufferingOldest(1))
        let work = Task {
            do { first.yield(.success(try await body())) } catch { first.yield(.failure(error)) }
        }
        let timer = Task {
            try await Task.sleep(for: limit)
            first.yield(.failure(OutboundError.timedOut))
        }
        defer {
            work.cancel()
            timer.cancel()
        }
        for await result in results { return try result.get() }
        throw OutboundError.timedOut
    }

    private nonisolated func load(_ url: OutboundURL, _ errand: Errand) async throws -> Answer {
        let addresses = try await addresses(of: url.host)
        guard let first = addresses.first else { throw OutboundError.hostNotFound }
        // One bad address among good ones is a trick, not an accident.
        guard addresses.allSatisfy(mayReach) else { throw OutboundError.addressForbidden }
        let client = HTTPClient(
            eventLoopGroupProvider: .shared(eventLoops), configuration: try configuration(url, pinnedTo: first))
        do {
            let answer = try await run(errand, at: url, with: client)
            try await client.shutdown()
            return answer
        } catch {
            try? await client.shutdown()
            throw Self.reason(error)
        }
    }

    /// An address in the place of a name is where the client goes, whatever it is told of the name.
    private nonisolated func addresses(of host: String) async throws -> [IPAddress] {
        if let address = IPAddress(host) { return [address] }
        return try await resolve(host)
    }

    /// The client has the same time limit as ``within(_:_:)``, and on a busy machine its timer may be the first.
    private nonisolated static func reason(_ error: any Error) -> OutboundError {
        let timeouts: [HTTPClientError] = [
            .deadlineExceeded, .connectTimeout, .tlsHandshakeTimeout, .getConnectionFromPoolTimeout, .readTimeout,
            .writeTimeout,
        ]
        switch error {
        case let error as OutboundError: return error
        case let error as HTTPClientError where timeouts.contains(error): return .timedOut
        case ChannelError.connectTimeout: return .timedOut
        default: return .connectionFailed
        }
    }

    private nonisolated func mayReach(_ address: IPAddress) -> Bool {
        !ForbiddenAddresses.contains(address) || allowed.contains { $0.contains(address) }
    }

    private nonisolated func run(
        _ errand: Errand, at url: OutboundURL, with client: HTTPClient
    ) async throws -> Answer {
        var request = HTTPClientRequest(url: url.text)
        request.headers.add(name: "user-agent", value: "tessera")
        switch errand {
        case .get: request.headers.add(name: "accept", value: "application/jwk-set+json, application/json")
        case .post(let form):
            request.method = .POST
            request.headers.add(name: "content-type", value: "application/x-www-form-urlencoded")
            request.body = .bytes(form)
        }
        let response = try await client.execute(request, timeout: TimeAmount(timeLimit))
        let status = Int(response.status.code)
        guard case .get = errand, status == 200 else { return Answer(status: status, body: []) }
        var body: [UInt8] = []
        for try await chunk in response.body {
            guard chunk.readableBytes <= Self.maximumSize - body.count else { throw OutboundError.tooLarge }
            body.append(contentsOf: chunk.readableBytesView)
        }
        return Answer(status: status, body: body)
    }

    private nonisolated func configuration(
        _ url: OutboundURL, pinnedTo address: IPAddress
    ) throws -> HTTPClient.Configuration {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.minimumTLSVersion = .tlsv12
        if let authorityFile { tls.additionalTrustRoots = [.file(authorityFile)] }
        var configuration = HTTPClient.Configuration(
            tlsConfiguration: tls, redirectConfiguration: .disallow,
            timeout: .init(connect: TimeAmount(timeLimit), read: TimeAmount(timeLimit)), decompression: .disabled)
        // The name is looked up once, above; the certificate is still checked against the name. The client compares it
        // with the host in the text of the address, which `OutboundURL` spells in this one way.
        configuration.dnsOverride = [url.host: address.description]
        configuration.httpVersion = .http1Only
        configuration.maximumUsesPerConnection = 1
        configuration.connectionPool.retryConnectionEstablishment = false
        return configuration
    }
}
