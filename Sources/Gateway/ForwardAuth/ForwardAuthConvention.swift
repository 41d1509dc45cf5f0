import ServerHTTP

/// How a proxy tells which request it asks about. Each has an address of its own, so that nothing is believed that this
/// proxy leaves to the client: nginx passes a client's `X-Forwarded-Uri` on, and Traefik its `X-Original-URI`.
package enum ForwardAuthConvention: Hashable, Sendable, CaseIterable {
    /// `X-Original-Method`, `X-Original-URI` and the `Host` of the question: nginx, Apache, HAProxy.
    case original
    /// `X-Forwarded-Method`, `-Host` and `-Uri`: Traefik, Caddy.
    case forwarded
    /// The question is the request itself, below the address: Envoy.
    case path

    package var address: String {
        switch self {
        case .original: "/forward-auth"
        case .forwarded: "/forward-auth/forwarded"
        case .path: "/forward-auth/path"
        }
    }

    /// What the request asks about; `nil` if it does not say exactly that.
    func question(_ request: ServerRequest) -> GatewayQuestion? {
        switch self {
        case .original: Self.named(request, "x-original-uri", "x-original-method", host: "host")
        case .forwarded: Self.named(request, "x-forwarded-uri", "x-forwarded-method", host: "x-forwarded-host")
        case .path: asked(request)
        }
    }

    /// Of a question that does not say exactly one thing: how often it says each.
    func evidence(in request: ServerRequest) -> GatewayEvidence {
        let names =
            switch self {
            case .original: ["x-original-method", "x-original-uri", "host"]
            case .forwarded: ["x-forwarded-method", "x-forwarded-uri", "x-forwarded-host"]
            case .path: ["host"]
            }
        let counts = names.map { "\($0) \(request.headers.count($0)) times" }
        return GatewayEvidence(
            counts.joined(separator: ", "), expected: "each once, a method that is known and a target without spaces")
    }

    private static func named(
        _ request: ServerRequest, _ target: String, _ method: String, host: String
    ) -> GatewayQuestion? {
        guard let target = request.headers.only(target), let name = request.headers.only(method),
            let method = RequestMethod(rawValue: name), method != .other, let host = request.headers.only(host)
        else { return nil }
        return question(request, host: host, method: method, target: target)
    }

    private func asked(_ request: ServerRequest) -> GatewayQuestion? {
        guard let host = request.headers.only("host"), request.path.utf8.starts(with: address.utf8) else { return nil }
        let path = String(decoding: request.path.utf8.dropFirst(address.utf8.count), as: UTF8.self)
        var question = GatewayQuestion(
            host: host, method: request.method, path: path.isEmpty ? "/" : path,
            authorization: request.headers.all("authorization"))
        question.headers = request.headers
        question.query = request.query
        return question
    }

    /// The query is not judged, but a target that no request could have is none.
    private static func question(
        _ request: ServerRequest, host: String, method: RequestMethod, target: String
    ) -> GatewayQuestion? {
        guard target.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "#") }) else { return nil }
        let mark = target.utf8.firstIndex(of: UInt8(ascii: "?")) ?? target.utf8.endIndex
        var question = GatewayQuestion(
            host: host, method: method, path: String(target[..<mark]),
            authorization: request.headers.all("authorization"))
        question.headers = request.headers
        if mark < target.utf8.endIndex { question.query = String(target[mark...].dropFirst()) }
        return question
    }
}

extension HeaderFields {
    /// The value of a field that is there once.
    fileprivate func only(_ name: String) -> String? { count(name) == 1 ? first(name) : nil }
}
