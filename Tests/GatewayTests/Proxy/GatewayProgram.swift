import FoundationEssentials
import Glibc
import NIOCore
import NIOPosix
import OAuth
import TestSupport
import Testing

/// `tessera gateway` as an operator starts it, with the routes of ``CraftedGateway/routes()`` to one upstream.
final class GatewayProgram: Sendable {
    let port: Int
    private let folder: String
    private let process: ChildProcess

    /// It lies beside the tests that were built with it.
    private static let path =
        URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent().path + "/tessera"

    init(upstream: Int) async throws {
        var template = Array("/tmp/tessera-gateway-XXXXXX".utf8CString)
        try #require(mkdtemp(&template) != nil)
        folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        port = try await Self.freePort()
        try Self.write(Self.routes(upstream), to: folder + "/routes.yaml")
        try Self.write(Self.settings(port), to: folder + "/tessera.yaml")
        var files = ChildProcess.Files()
        files.complaint = folder + "/log"
        process = try ChildProcess(
            [Self.path, "gateway", "--config", folder + "/tessera.yaml"], in: folder,
            environment: ["PATH": "/usr/bin:/bin"], files: files, within: .seconds(1_700))
        let log = folder + "/log"
        let process = process
        try await eventually {
            !process.isRunning || (FileManager.default.contents(atPath: log).map { Self.isReady($0) } ?? false)
        }
        try #require(process.isRunning, "the gateway did not start")
    }

    deinit {
        process.signal(SIGKILL)
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// Its exit code, once it has ended in order.
    func stop() async -> Int32 {
        process.signal(SIGTERM)
        return await process.ended().status
    }

    private static func isReady(_ log: Data) -> Bool { String(decoding: log, as: UTF8.self).contains("ready gateway") }

    private static func write(_ text: String, to path: String) throws {
        try Data(text.utf8).write(to: URL(filePath: path))
        chmod(path, 0o600)
    }

    /// Below the ports that connections get, of which one could take it before the gateway is up.
    private static func freePort() async throws -> Int {
        for _ in 0..<100 {
            let port = Int.random(in: 15_000..<32_000)
            let bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            guard let channel = try? await bootstrap.bind(host: "127.0.0.1", port: port).get() else { continue }
            try await channel.close()
            return port
        }
        throw NoFreePort()
    }

    private struct NoFreePort: Error {}

    private static func routes(_ upstream: Int) -> String {
        """
        routes:
          - {path: /open, access: public, upstream: "http://127.0.0.1:\(upstream)", timeout: 300}
          - {path: /files, scope: read, upstream: "http://127.0.0.1:\(upstream)"}
          - {path: /files/private, scope: write, methods: [GET], upstream: "http://127.0.0.1:\(upstream)"}
        """
    }

    private static func settings(_ port: Int) -> String {
        """
        gateway:
          issuer: https://as.example
          resource: \(CraftedGateway.resource.rawValue)
          routes: routes.yaml
          listen: {address: 127.0.0.1, port: \(port), tls: false}
          forward-auth: {socket: asking.sock}
        limits: {header-deadline: 1, body-deadline: 1, idle-timeout: 1, request-deadline: 300}
        log: {requests: false}
        """
    }
}
