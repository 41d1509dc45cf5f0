import JOSE
import NIOPosix
import Risk
import ServerHTTP
import Synchronization

/// The site of a client, with the documents that it publishes, on the one loopback address that the fetcher of these
/// tests may reach.
struct ClientSite: Sendable {
    private static let address = "127.0.0.10"

    let base: String
    let fetcher: GuardedFetcher
    private let documents: Documents

    /// What is found where, and how often anybody looked.
    private final class Documents: Sendable {
        private let state = Mutex<(texts: [String: String], count: Int)>(([:], 0))
        var count: Int { state.withLock { $0.count } }
        func set(_ path: String, _ text: String?) { state.withLock { $0.texts[path] = text } }
        func read(_ path: String) -> String? {
            state.withLock { state in
                state.count += 1
                return state.texts[path]
            }
        }
    }

    /// How many documents were asked for.
    var requests: Int { documents.count }

    /// Puts a document at a path; `nil` takes it away.
    func publish(_ path: String, _ text: String?) { documents.set(path, text) }

    /// Runs `body` with a site, and stops it.
    static func run(_ body: (ClientSite) async throws -> Void) async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let (files, authority) = try DevelopmentCertificate.files(in: folder.path + "/tls", at: RealClock.now)
        let documents = Documents()
        let server = try await LiveServer.handlerServer(
            configure: {
                $0.address = .tcp(host: address, port: 0)
                $0.certificates = try TLSCertificates(files, at: RealClock.now)
                $0.limits.drain = .milliseconds(200)
            },
            handler: { request, _ in
                guard let text = documents.read(request.path) else { return ServerResponse(status: 404) }
                return .json(Array(text.utf8))
            })
        let pinned = [IPAddress(address)].compactMap { $0 }
        let fetcher = GuardedFetcher(
            eventLoops: MultiThreadedEventLoopGroup.singleton, allowed: [AddressRange(address)].compactMap { $0 },
            authorityFile: authority, timeLimit: .seconds(300), resolve: { _ in pinned })
        do {
            try await body(
                ClientSite(base: "https://localhost:\(server.port)", fetcher: fetcher, documents: documents))
        } catch {
            try? await server.shutDown()
            throw error
        }
        try await server.shutDown()
    }

    /// Runs `body` with a site and an issuer that may look at it.
    static func runWithIssuer(_ body: (ClientSite, ConformanceServer) async throws -> Void) async throws {
        try await run { site in
            let server = try await ConformanceServer(fetcher: site.fetcher)
            do { try await body(site, server) } catch {
                try? await server.live.shutDown()
                throw error
            }
            try await server.live.shutDown()
        }
    }
}
