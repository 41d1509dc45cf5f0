import Dispatch
import JOSE
import OAuth
import ResourceServer
import Synchronization

/// What must hold for whatever the issuer, or somebody in its place, answers to a protected resource.
enum KitProperties {
    private static let home = "https://as.example"

    /// Nothing but the issuer's own origin is ever asked, and nobody speaks for another issuer.
    static func issuerMetadata(_ bytes: [UInt8]) {
        guard let issuer = Issuer(home), let metadata = try? IssuerMetadata(bytes, issuer: issuer) else { return }
        precondition(metadata.document.string("issuer") == home, "another issuer's word")
        let addresses = [metadata.keySetURL, metadata.introspectionEndpoint].compactMap { $0 }
        precondition(metadata.document.string("jwks_uri") == metadata.keySetURL, "another key set")
        for address in addresses {
            precondition(isHome(address), "another origin is asked")
            precondition(address.utf8.allSatisfy { (0x21...0x7E).contains($0) }, "an address that no request has")
            precondition(!address.contains("#"), "a fragment")
        }
        let again = try? IssuerMetadata(metadata.document.jsonBytes, issuer: issuer)
        precondition(again?.keySetURL == metadata.keySetURL, "read differently the second time")
        for (name, value) in metadata.document.members {
            guard let found = try? metadata.address(name) else { continue }
            precondition(value.string == found && isHome(found), "an address that is not there")
        }
    }

    /// Read in the plainest way: the scheme and the authority, and then nothing or what begins a path or query.
    private static func isHome(_ address: String) -> Bool {
        guard address.hasPrefix(home) else { return false }
        let rest = address.utf8.dropFirst(home.utf8.count)
        return rest.isEmpty || rest.starts(with: "/".utf8) || rest.starts(with: "?".utf8)
            || rest.starts(with: ":443/".utf8) || rest.elementsEqual(":443".utf8) || rest.starts(with: ":443?".utf8)
    }

    // MARK: Introspection

    /// Answers what it is told; the document of the issuer itself always.
    private final class Answering: HTTPTransport {
        private let answer = Mutex<[UInt8]>([])
        func prepare(_ bytes: [UInt8]) { answer.withLock { $0 = bytes } }

        func send(_ request: TransportRequest) async throws -> TransportResponse {
            let document = #"{"issuer":"\#(home)","jwks_uri":"\#(home)/k","introspection_endpoint":"\#(home)/i"}"#
            let body = request.method == .get ? Array(document.utf8) : answer.withLock { $0 }
            return TransportResponse(status: 200, contentType: "application/json", body: body)
        }
    }

    private static let transport = Answering()
    private static let now = NumericDate(secondsSince1970: 1_800_000_000)
    private static let resource = ResourceIndicator(unchecked: "https://api.example/")
    private static let client: IntrospectionClient? = Issuer(home).map { issuer in
        IntrospectionClient(
            IssuerDiscovery(issuer: issuer, transport: transport),
            as: IntrospectionClient.Registration(
                resource: resource, id: ClientID(unchecked: "api"), authentication: .secretBasic(Secret("s"))),
            policy: IntrospectionPolicy(activeLifetime: .zero, inactiveLifetime: .zero))
    }

    private final class Outcome: Sendable {
        let token = Mutex<AccessToken?>(nil)
        let isDone = DispatchSemaphore(value: 0)
    }

    /// A token is believed only if the answer says, for anybody who reads it, that it is good here and now.
    static func introspection(_ bytes: [UInt8]) {
        guard let client else { preconditionFailure("no issuer") }
        transport.prepare(bytes)
        let outcome = Outcome()
        Task {
            let token = try? await client.token(Secret("opaque"), at: now)
            outcome.token.withLock { $0 = token }
            outcome.isDone.signal()
        }
        outcome.isDone.wait()
        guard let token = outcome.token.withLock({ $0 }) else { return }
        guard let claims = try? JSONObject(parsing: bytes, limits: .document(maximumBytes: 1 << 18)) else {
            preconditionFailure("an answer that nobody reads was believed")
        }
        precondition(claims.bool("active") == true, "a token that is not active")
        precondition(claims["iss"] == nil || claims.string("iss") == home, "another issuer's token")
        precondition(claims["cnf"] == nil, "a token of somebody who holds a key")
        let kind = claims.string("token_type")?.lowercased()
        precondition(claims["token_type"] == nil || kind == "bearer" || kind == "api_key", "another kind of token")
        let audience = claims.string("aud").map { [$0] } ?? claims.strings("aud") ?? []
        precondition(audience.contains(resource.rawValue), "a token for somebody else")
        precondition(claims.string("sub") == token.subject.rawValue, "another subject")
        precondition(claims.date("exp").map { now < $0 } ?? true, "a token that has expired")
        precondition(now < token.expiresAt, "a token that is not good now")
        let scope = claims.string("scope").map { Set($0.split(separator: " ").map(String.init)) } ?? []
        precondition(scope == Set(token.scope.tokens.map { String($0) }), "other rights")
    }

    // MARK: Transport

    /// Lines `name: value`: what is found is what stands there, in whatever order and letter case.
    static func transport(_ bytes: [UInt8]) {
        guard let text = String(validating: bytes, as: UTF8.self) else { return }
        var fields: [(String, String)] = []
        for line in text.split(separator: Character("\n")) {
            let name = line.prefix { $0 != Character(":") }
            if name.endIndex < line.endIndex {
                fields.append((String(name), String(line[name.endIndex...].dropFirst())))
            }
        }
        let headers = TransportHeaders(fields)
        for (name, value) in fields where !value.isEmpty {
            precondition(headers[name]?.contains(value) == true, "a value is lost")
            precondition(headers[name.uppercased().lowercased()] != nil || !name.utf8.allSatisfy { $0 < 0x80 }, "lost")
        }
        precondition(
            headers["no such field"] == nil || fields.contains { $0.0.lowercased() == "no such field" }, "made")
        let control = headers["cache-control"]?.lowercased() ?? ""
        let lifetime = headers.lifetime
        if let lifetime {
            let longest = Duration.seconds(316_224_000)
            precondition(lifetime >= .zero && lifetime <= longest, "a lifetime beyond its bounds")
            precondition(control.utf8.contains(UInt8(ascii: "-")), "a lifetime that nobody said")
        }
        for word in ["no-store", "no-cache"]
        where control.split(separator: ",").contains(where: { $0.utf8.elementsEqual(word.utf8) }) {
            precondition(lifetime == .zero, "kept against its word")
        }
        let type = headers["content-type"] ?? ""
        let bare = String(decoding: type.utf8.filter { $0 != 0x20 && $0 != 0x09 }, as: UTF8.self).lowercased()
        precondition(!headers.isOf(type: "application/json") || bare.hasPrefix("application/json"), "another type")
        precondition(!(headers.isOf(type: "application/json") && headers.isOf(type: "text/html")), "two types")
    }

    // MARK: Events

    /// Cut anywhere they are the same events, and those that another reader finds in whole lines.
    static func events(_ bytes: [UInt8]) {
        guard let first = bytes.first else { return }
        let stream = Array(bytes.dropFirst())
        var whole = EventStreamReader(limit: 4096)
        let expected = try? whole.read(stream)
        var pieces = EventStreamReader(limit: 4096)
        var found: [EventStreamReader.Event]? = []
        let size = Int(first % 17) + 1
        for start in stride(from: 0, to: stream.count, by: size) {
            guard let more = try? pieces.read(Array(stream[start..<min(start + size, stream.count)])) else {
                found = nil
                break
            }
            found?.append(contentsOf: more)
        }
        // What is too long is so in any pieces: only its last line may have ended earlier in others.
        if let expected, let found { precondition(found == expected, "pieces are read differently") }
        guard let expected else { return }
        precondition(found != nil, "pieces are too long, and the whole is not")
        precondition(expected == plain(stream), "another reader finds other events")
        for event in expected { precondition(event.data.count <= 4096, "longer than its limit") }
    }

    /// The standard's own words, for a stream that is there already.
    private static func plain(_ stream: [UInt8]) -> [EventStreamReader.Event] {
        var lines: [[UInt8]] = [[]]
        var index = 0
        while index < stream.count {
            let byte = stream[index]
            index += 1
            guard byte == 10 || byte == 13 else {
                lines[lines.count - 1].append(byte)
                continue
            }
            if byte == 13, index < stream.count, stream[index] == 10 { index += 1 }
            lines.append([])
        }
        // What no line end follows is not dispatched.
        lines.removeLast()
        var events: [EventStreamReader.Event] = []
        var event = EventStreamReader.Event()
        var data: [[UInt8]] = []
        for line in lines {
            if line.isEmpty {
                if !data.isEmpty {
                    event.data = Array(data.joined(separator: [10]))
                    events.append(event)
                }
                (event, data) = (EventStreamReader.Event(), [])
                continue
            }
            let parts = line.split(separator: 0x3A, maxSplits: 1, omittingEmptySubsequences: false)
            var value = parts.count > 1 ? Array(parts[1]) : []
            if value.first == 0x20 { value.removeFirst() }
            if parts[0].elementsEqual("data".utf8) { data.append(value) }
            if parts[0].elementsEqual("event".utf8) { event.name = String(decoding: value, as: UTF8.self) }
        }
        return events
    }
}
