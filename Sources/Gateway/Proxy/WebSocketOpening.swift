import NIOCore
import NIOPosix
import NIOSSL
import ServerHTTP

/// Opens a WebSocket through the gateway (RFC 6455 §4): a request to the upstream on a connection of its own, and after
/// its 101 the bytes of both sides.
struct WebSocketOpening: Sendable {
    let client: UpstreamClient
    let upstream: Upstream
    let pass: GatewayPass
    let watch: PassWatch?

    /// The one protocol that is switched to; asked for with `Connection: upgrade` on HTTP/1.1 only.
    static func isAsked(_ request: ServerRequest) -> Bool {
        guard request.method == .get, request.headers.count("upgrade") == 1,
            request.headers.first("upgrade")?.lowercased() == "websocket"
        else { return false }
        return request.headers.all("connection").flatMap(ConnectionOptions.read).contains("upgrade")
    }

    /// Throws ``PassWatch/Ended`` only: a token may end while the upstream makes up its mind.
    func answer(
        to request: ServerRequest, as outgoing: ForwardedRequest, _ content: RequestBody, isSecure: Bool
    ) async throws -> ServerResponse {
        guard allowsOrigin(of: request, isSecure: isSecure) else {
            return .error(
                403, "access_denied", "pages of this origin may not connect here",
                facts: .passed(pass, .originForbidden))
        }
        guard content.isEmpty else { return .unforwardable(.contentUnexpected, pass) }
        var standing = watch?.standing
        do {
            let connection = try await connect()
            let head = try await connection.handshake(
                Self.encode(outgoing), within: TimeAmount(pass.route.forwarding.timeout))
            try await standing?.check()
            return switched(head, connection)
        } catch let failure as UpstreamClient.Failure {
            return .unanswered(failure, pass)
        } catch let ended as PassWatch.Ended {
            throw ended
        } catch is ChannelError, is NIOConnectionError, is IOError {
            return .unanswered(.refused, pass)
        } catch {
            return .unanswered(.broken, pass)
        }
    }

    /// A browser sends cookies and whatever else it holds along with a WebSocket of any page; only its `Origin` tells
    /// them apart (RFC 6455 §10.2). Programs that are no browsers send none.
    private func allowsOrigin(of request: ServerRequest, isSecure: Bool) -> Bool {
        // A session was let in by this already, by the one rule that holds for other proxies' questions, too.
        guard pass.sessionToken == nil else { return true }
        let origins = request.headers.all("origin")
        guard let origin = origins.first else { return true }
        guard origins.count == 1 else { return false }
        let allowed = pass.route.forwarding.webSocketOrigins
        guard allowed.isEmpty else { return allowed.contains(origin) }
        return origin == (isSecure ? "https://" : "http://") + (request.headers.first("host") ?? "")
    }

    private func connect() async throws -> UpstreamSocket {
        let tls = upstream.isSecure ? try NIOSSLContext(configuration: UpstreamClient.tls(client.authorityFile)) : nil
        let upstream = upstream
        // RFC 6066 §3: an address is no server name.
        let name = (try? SocketAddress(ipAddress: upstream.host, port: 0)) == nil ? upstream.host : nil
        return try await ClientBootstrap(group: client.eventLoops)
            .connectTimeout(client.connectTimeout)
            .channelOption(ChannelOptions.autoRead, value: false)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    guard let tls else { return }
                    try channel.pipeline.syncOperations.addHandler(
                        NIOSSLClientHandler(context: tls, serverHostname: name))
                }
            }
            .connect(host: upstream.host, port: upstream.port) { channel in
                channel.eventLoop.makeCompletedFuture { try UpstreamSocket.wrap(channel) }
            }
    }

    private static func encode(_ request: ForwardedRequest) -> ByteBuffer {
        var buffer = ByteBuffer()
        buffer.writeString("\(request.method) \(request.target) HTTP/1.1\r\n")
        for field in request.headers.fields { buffer.writeString("\(field.name): \(field.value)\r\n") }
        buffer.writeString("connection: Upgrade\r\nupgrade: websocket\r\n\r\n")
        return buffer
    }

    private func switched(_ head: UpstreamHead, _ connection: UpstreamSocket) -> ServerResponse {
        let fields = ForwardedAnswer(head.fields, isPersonal: false)
        // RFC 6455 §4.2.2: this protocol, and no other.
        let isSwitched = head.fields.contains {
            $0.name.lowercased() == "upgrade" && $0.value.lowercased() == "websocket"
        }
        guard head.status == 101, isSwitched else {
            connection.close()
            // Its content, if any, is left behind with the connection.
            guard (300...599).contains(head.status) else { return .unanswered(.broken, pass) }
            return .error(
                head.status, "upstream_refused", "the server behind did not open the connection",
                facts: .passed(pass, .upgradeRefused))
        }
        var headers = fields.headers
        headers.replace("upgrade", "websocket")
        let watch = watch
        return ServerResponse(
            status: 101, headers: headers, facts: .passed(pass),
            stream: .tunnel { incoming, writer in
                guard let watch else { return try await connection.carry(incoming, writer) }
                try await watch.telling {
                    try await watch.whileAllowed { try await connection.carry(incoming, writer) }
                }
            })
    }
}
