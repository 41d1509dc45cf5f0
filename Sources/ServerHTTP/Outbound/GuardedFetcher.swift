import AsyncHTTPClient
import AuthorizationServer
package import NIOCore
import NIOHTTP1
import NIOSSL

/// The one way in which this server fetches what a client points it to: `https` only, to public addresses only, to the
/// very address that was checked, once at a time, and never much or for long.
package actor GuardedFetcher: KeySetFetcher {
    package typealias Resolver = @Sendable (_ host: String) async throws -> [IPAddress]

    package static let maximumSize = 1_048_576

    private let eventLoops: any EventLoopGroup
    private let allowed: [AddressRange]
    private let authorityFile: String?
    private let resolve: Resolver
    private let timeLimit: Duration
    private var budget: HostBudget
    private var flights: [String: Task<[UInt8], any Error>] = [:]

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
        budget = HostBudget(maximum: requestsPerMinute, per: .seconds(60))
    }

    package static let systemResolver: Resolver = { host in try await NameResolver.system(host) }

    /// Callers that ask for one address at the same time share one request.
    package func fetch(_ text: String) async throws -> [UInt8] {
        if let flight = flights[text] { return try await flight.value }
        let url = try OutboundURL(text)
        guard budget.take(url.host, at: .now) else { throw OutboundError.budgetSpent }
        let flight = Task { try await within(timeLimit) { try await self.load(url) } }
        flights[text] = flight
        defer { flights[text] = nil }
        return try await flight.value
    }

    /// Ends at the time limit even if what it waits for does not: a name server may take half a minute to say nothing.
    private nonisolated func within(
        _ limit: Duration, _ body: @escaping @Sendable () async throws -> [UInt8]
    ) async throws -> [UInt8] {
        let (results, first) = AsyncStream.makeStream(
            of: Result<[UInt8], any Error>.self, bufferingPolicy: .bufferingOldest(1))
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

    private nonisolated func load(_ url: OutboundURL) async throws -> [UInt8] {
        let addresses = try await resolve(url.host)
        guard let first = addresses.first else { throw OutboundError.hostNotFound }
        // One bad address among good ones is a trick, not an accident.
        guard addresses.allSatisfy(mayReach) else { throw OutboundError.addressForbidden }
        let client = HTTPClient(
            eventLoopGroupProvider: .shared(eventLoops), configuration: try configuration(url, pinnedTo: first))
        do {
            let body = try await get(url, with: client)
            try await client.shutdown()
            return body
        } catch {
            try? await client.shutdown()
            throw error as? OutboundError ?? OutboundError.connectionFailed
        }
    }

    private nonisolated func mayReach(_ address: IPAddress) -> Bool {
        !ForbiddenAddresses.contains(address) || allowed.contains { $0.contains(address) }
    }

    private nonisolated func get(_ url: OutboundURL, with client: HTTPClient) async throws -> [UInt8] {
        var request = HTTPClientRequest(url: url.text)
        request.headers.add(name: "accept", value: "application/jwk-set+json, application/json")
        request.headers.add(name: "user-agent", value: "tessera")
        let response = try await client.execute(request, timeout: TimeAmount(timeLimit))
        guard response.status == .ok else { throw OutboundError.statusUnexpected(Int(response.status.code)) }
        var body: [UInt8] = []
        for try await chunk in response.body {
            guard chunk.readableBytes <= Self.maximumSize - body.count else { throw OutboundError.tooLarge }
            body.append(contentsOf: chunk.readableBytesView)
        }
        return body
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
        // The name is looked up once, above; the certificate is still checked against the name.
        configuration.dnsOverride = [url.host: address.description]
        configuration.httpVersion = .http1Only
        configuration.maximumUsesPerConnection = 1
        configuration.connectionPool.retryConnectionEstablishment = false
        return configuration
    }
}
