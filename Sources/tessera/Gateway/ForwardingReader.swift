import Gateway
import Yams

/// How a route of the file passes requests on, from its mapping.
struct ForwardingReader {
    enum Key: String, CaseIterable {
        case timeout
        case passAuthorization = "pass-authorization"
        case forwardedHeaders = "forwarded-headers"
        case bodyLimit = "body-limit"
        case rateLimit = "rate-limit"
        case webSocketOrigins = "websocket-origins"
    }

    private let node: Node
    private(set) var problems: [(line: Int, text: String, remedy: String)] = []

    init(_ node: Node) { self.node = node }

    /// - Parameters:
    ///   - hasUpstream: whether requests are passed on at all.
    ///   - signsIn: whether the sessions of browsers count.
    mutating func policy(hasUpstream: Bool, signsIn: Bool) -> ForwardingPolicy {
        var policy = ForwardingPolicy()
        for key in Key.allCases {
            guard let value = node.mapping?[key.rawValue] else { continue }
            // Requests are counted wherever they are judged, and so is what opens a WebSocket with a session.
            guard hasUpstream || key == .rateLimit || key == .webSocketOrigins && signsIn else {
                refuse(value, "\(key.rawValue) means nothing without an upstream", "Add upstream, or remove it.")
                continue
            }
            if !read(key, value, into: &policy) {
                refuse(value, "\(key.rawValue) must be \(Self.expectation(key))", "Correct it, or remove it.")
            }
        }
        return policy
    }

    private func read(_ key: Key, _ value: Node, into policy: inout ForwardingPolicy) -> Bool {
        let text = value.scalar?.string ?? ""
        switch key {
        case .timeout:
            guard let seconds = Int(text), (1...ForwardingPolicy.longestTimeout).contains(seconds) else { return false }
            policy.timeout = .seconds(seconds)
        case .passAuthorization:
            guard text == "true" || text == "false" else { return false }
            policy.passesAuthorization = text == "true"
        case .forwardedHeaders:
            guard let origin = ForwardingPolicy.Origin(rawValue: text) else { return false }
            policy.origin = origin
        case .bodyLimit:
            guard let bytes = Int(text), (0...ForwardingPolicy.largestBody).contains(bytes) else { return false }
            policy.bodyBytes = bytes
        case .rateLimit:
            let limits = Self.texts(value).map { $0.flatMap { RateLimit($0) } }
            guard (1...4).contains(limits.count), !limits.contains(nil) else { return false }
            policy.limits = limits.compactMap { $0 }
        case .webSocketOrigins:
            let origins = Self.texts(value)
            guard !origins.isEmpty, origins.allSatisfy({ $0.map(Self.isOrigin) ?? false }) else { return false }
            policy.webSocketOrigins = Set(origins.compactMap { $0 })
        }
        return true
    }

    private static func texts(_ node: Node) -> [String?] {
        node.sequence.map { $0.map { $0.scalar?.string } } ?? [node.scalar?.string]
    }

    /// As a browser writes it: scheme and host in lower case, a port if it is not the usual one, and nothing behind.
    private static func isOrigin(_ text: String) -> Bool {
        Upstream(text) != nil && text == text.lowercased() && !text.hasSuffix("/")
    }

    private static func expectation(_ key: Key) -> String {
        switch key {
        case .timeout: "seconds, at most \(ForwardingPolicy.longestTimeout)"
        case .passAuthorization: "true or false"
        case .forwardedHeaders: "one of " + ForwardingPolicy.Origin.allCases.map(\.rawValue).joined(separator: ", ")
        case .bodyLimit: "bytes, at most \(ForwardingPolicy.largestBody)"
        case .rateLimit: "one to four of the form '100/60s per token' or '10000/86400s per client'"
        case .webSocketOrigins: "origins such as https://app.example.com"
        }
    }

    private mutating func refuse(_ node: Node, _ text: String, _ remedy: String) {
        problems.append((node.mark?.line ?? 0, text, remedy))
    }
}
