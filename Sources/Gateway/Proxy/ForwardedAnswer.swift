import ServerHTTP

/// The head of an upstream's answer as the client gets it.
struct ForwardedAnswer {
    let headers: HeaderFields
    /// As the upstream announced it.
    let length: Int?
    /// Whether it is a stream of events, whose reader asks again.
    let isEvents: Bool

    /// Fields that concern the connection to the upstream, are written anew, or would lead clients past the gateway.
    private static let ownFields: Set<String> = [
        "connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade",
        "content-length", "via", "x-request-id", "alt-svc", "proxy-authenticate", "proxy-authentication-info",
    ]

    /// - Parameter isPersonal: whether the answer was given to somebody and not to everybody.
    init(_ fields: [(name: String, value: String)], isPersonal: Bool) {
        let fields = fields.map { (name: $0.name.lowercased(), value: $0.value) }
        let listed = Set(fields.filter { $0.name == "connection" }.flatMap { ConnectionOptions.read($0.value) })
        var headers = HeaderFields()
        var lengths: [String] = []
        var isCoded = false
        for field in fields {
            if field.name == "content-length" { lengths.append(field.value) }
            if field.name == "transfer-encoding" { isCoded = true }
            guard !Self.ownFields.contains(field.name), !listed.contains(field.name),
                !field.name.isEmpty, field.name.utf8.allSatisfy(Self.isToken)
            else { continue }
            // Nobody behind decides who is signed in here.
            if field.name == "set-cookie", GatewayCookie.isSession(field.value) { continue }
            headers.append(field.name, field.value)
        }
        length = lengths.count == 1 && !isCoded ? lengths.first.flatMap { Int($0) }.flatMap { $0 >= 0 ? $0 : nil } : nil
        isEvents = headers.first("content-type")?.lowercased().hasPrefix("text/event-stream") ?? false
        if isPersonal { Self.keepPrivate(&headers) }
        headers.append("via", "1.1 tessera")
        self.headers = headers
    }

    /// What is for one caller must not reach another out of a cache, unless the upstream says that it may
    /// (RFC 9111 §3.5).
    private static func keepPrivate(_ headers: inout HeaderFields) {
        let directives = headers.all("cache-control").flatMap(ConnectionOptions.read)
            .map { $0.prefix { $0 != "=" } }
        guard !directives.contains("public"), !directives.contains("s-maxage") else { return }
        guard !directives.isEmpty else { return headers.replace("cache-control", "private, no-store") }
        guard !directives.contains("private"), !directives.contains("no-store") else { return }
        headers.append("cache-control", "private")
    }

    private static func isToken(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x61...0x7A: true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }
}
