package import AuthorizationServer

/// One operation of the administration API: where it stands, what it demands, who answers.
package struct AdministrationRoute: Sendable {
    enum Body: Sendable { case none, optional, required }

    /// A part of a path between two slashes.
    enum Segment: Hashable, Sendable {
        case literal(String)
        case parameter
    }

    package let method: RequestMethod
    /// As `openapi.yaml` writes it.
    package let path: String
    /// `nil`: open to everybody who can reach the listener.
    package let right: AdministrativeRight?
    let body: Body
    /// The query parameters that it knows.
    package let query: Set<String>
    /// What reaches into the server's file system is for its own machine only.
    package let isSocketOnly: Bool
    let answer: @Sendable (AdministrationAPI, AdministrationCall) async throws -> ServerResponse
    private let segments: [Segment]

    init(
        _ method: RequestMethod, _ path: String, _ right: AdministrativeRight?, body: Body = .none,
        query: Set<String> = [], isSocketOnly: Bool = false,
        _ answer: @escaping @Sendable (AdministrationAPI, AdministrationCall) async throws -> ServerResponse
    ) {
        self.method = method
        self.path = path
        self.right = right
        self.body = body
        self.query = query
        self.isSocketOnly = isSocketOnly
        self.answer = answer
        segments = path.split(separator: "/", omittingEmptySubsequences: false).map {
            $0.hasPrefix("{") ? .parameter : .literal(String($0))
        }
    }

    /// The decoded parameters of a path that is this route's; `nil` for every other path.
    ///
    /// Compared byte for byte, segment by segment, so that no second spelling of a path exists for a rule to miss.
    func parameters(in path: String) -> [String]? {
        let parts = path.split(separator: "/", maxSplits: segments.count, omittingEmptySubsequences: false)
        guard parts.count == segments.count else { return nil }
        var parameters: [String] = []
        for (segment, part) in zip(segments, parts) {
            switch segment {
            case .literal(let text):
                guard text.utf8.elementsEqual(part.utf8) else { return nil }
            case .parameter:
                guard let decoded = Self.decoded(part) else { return nil }
                parameters.append(decoded)
            }
        }
        return parameters
    }

    /// Undoes percent-encoding (RFC 3986 §2.1) once; `nil` unless the result is a visible ASCII name.
    private static func decoded(_ part: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = part.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == 0x25 else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.popFirst().flatMap(hexDigit), let low = rest.popFirst().flatMap(hexDigit) else {
                return nil
            }
            bytes.append(high << 4 | low)
        }
        guard (1...255).contains(bytes.count), bytes.allSatisfy({ (0x21...0x7E).contains($0) }) else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func hexDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x37
        case 0x61...0x66: byte - 0x57
        default: nil
        }
    }
}
