import AsyncHTTPClient
import FoundationEssentials
package import JOSE
import NIOCore
import NIOHTTP1
import NIOSSL

/// An OAuth server somewhere, as its own metadata describes it.
package struct RemoteIssuer: Sendable {
    private static let maximumDocument = 1 << 20
    private static let deadline = TimeAmount.seconds(20)

    /// What the server answered.
    struct Answer {
        let status: UInt
        let body: [UInt8]

        var json: JSONObject? { try? JSONObject(parsing: body, limits: .document(maximumBytes: 1 << 20)) }
    }

    let issuer: String
    let metadata: JSONObject
    private let authorities: String?

    /// Reads the metadata (RFC 8414 §3, then OpenID Connect Discovery §4) and checks that it is this issuer's.
    static func discover(_ issuer: String, authorities: String?) async throws -> RemoteIssuer {
        guard isAcceptable(issuer) else {
            throw CommandFailure(
                .failure, "issuer_not_https", "\(issuer) is not an https URL",
                fix: "Plain http is accepted for localhost, 127.0.0.1 and [::1] only.")
        }
        var seen: [String] = []
        for address in addresses(of: issuer) {
            let answer = try await exchange(.GET, address, headers: [:], body: nil, authorities: authorities)
            guard answer.status == 200, let metadata = answer.json else {
                seen.append("\(address): status \(answer.status)")
                continue
            }
            try check(metadata, from: address, isOf: issuer)
            return RemoteIssuer(issuer: issuer, metadata: metadata, authorities: authorities)
        }
        throw CommandFailure(
            .failure, "metadata_not_found", "no metadata was found: " + seen.joined(separator: "; "),
            fix: "Check the issuer URL.")
    }

    /// RFC 8414 §3.3: a document that names another issuer, by a single byte, must not be used.
    package static func check(_ metadata: JSONObject, from address: String, isOf issuer: String) throws(CommandFailure)
    {
        let named = metadata.string("issuer") ?? ""
        guard Array(named.utf8) != Array(issuer.utf8) else { return }
        throw CommandFailure(
            .failure, "issuer_mismatch", "\(address) describes the issuer \(Console.harmless(named)), not \(issuer)",
            fix: "Give the issuer exactly as it calls itself.")
    }

    /// An address from the metadata.
    func endpoint(_ member: String) throws -> String {
        guard let address = metadata.string(member) else {
            throw CommandFailure(.failure, "endpoint_missing", "\(issuer) publishes no \(member)")
        }
        guard Self.isAcceptable(address) else {
            throw CommandFailure(
                .failure, "endpoint_not_https",
                "\(member) of \(issuer) is not an https URL: \(Console.harmless(address))")
        }
        return address
    }

    /// Sends a form as the client; what comes back is not judged here.
    func post(
        _ form: [(String, String)], to member: String, as proof: ClientProof, at now: NumericDate
    ) async throws
        -> Answer
    {
        var fields = form
        var headers = [
            "Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json",
        ]
        try proof.add(to: &fields, headers: &headers, issuer: issuer, at: now)
        let body = fields.map { "\(FormEncoding.encode($0.0))=\(FormEncoding.encode($0.1))" }.joined(separator: "&")
        return try await Self.exchange(
            .POST, try endpoint(member), headers: headers, body: Array(body.utf8), authorities: authorities)
    }

    /// The public keys of the issuer.
    func keySet() async throws -> JWKSet {
        let address = try endpoint("jwks_uri")
        let answer = try await Self.exchange(.GET, address, headers: [:], body: nil, authorities: authorities)
        guard answer.status == 200,
            let set = try? JWKSet(parsing: answer.body, limits: .document(maximumBytes: Self.maximumDocument))
        else { throw CommandFailure(.failure, "key_set_unreadable", "\(address) is no key set") }
        return set
    }

    /// RFC 8414 §3.1 puts the well-known part before the path of the issuer, OpenID behind it.
    package static func addresses(of issuer: String) -> [String] {
        guard let scheme = issuer.utf8.firstIndex(of: 0x3A) else { return [] }
        let rest = issuer[issuer.index(scheme, offsetBy: 3)...]
        let host = rest.prefix { $0 != "/" }
        let path = String(rest.dropFirst(host.count))
        let root = issuer[...scheme] + "//" + host
        let bare = path.hasSuffix("/") ? String(path.dropLast()) : path
        return [
            "\(root)/.well-known/oauth-authorization-server\(bare)",
            "\(root)\(bare)/.well-known/openid-configuration",
        ]
    }

    package static func isAcceptable(_ address: String) -> Bool {
        if address.hasPrefix("https://"), address.utf8.count > 8 { return true }
        guard address.hasPrefix("http://") else { return false }
        let authority = address.dropFirst(7).prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        return ["localhost", "127.0.0.1", "[::1]"].contains { host in
            authority == host
                || (authority.hasPrefix(host + ":") && authority.dropFirst(host.count + 1).allSatisfy(\.isNumber))
        }
    }

    private static func exchange(
        _ method: HTTPMethod, _ address: String, headers: [String: String], body: [UInt8]?, authorities: String?
    ) async throws -> Answer {
        var request = HTTPClientRequest(url: address)
        request.method = method
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        request.headers.add(name: "User-Agent", value: "tessera/\(Version.text)")
        if let body { request.body = .bytes(body) }
        var tls = TLSConfiguration.makeClientConfiguration()
        // Older versions are broken (RFC 8996), and the library's default still speaks them.
        tls.minimumTLSVersion = .tlsv12
        if let authorities { tls.trustRoots = .file(authorities) }
        do {
            return try await HTTPExchange.perform(request, within: deadline, limit: maximumDocument, tls: tls) {
                Answer(status: $0, body: $1)
            }
        } catch {
            throw unreachable(address, because: error)
        }
    }

    private static func unreachable(_ address: String, because error: any Error) -> CommandFailure {
        let text = Console.harmless(String(describing: error))
        let isCertificate = text.contains("CERTIFICATE_VERIFY_FAILED") || text.contains("unableToValidate")
        return CommandFailure(
            .unreachable, "server_not_reachable", "\(address) did not answer: \(text)",
            fix: isCertificate
                ? "Its certificate is not trusted here; name the authority with --ca FILE."
                : "Check the address and that the server runs.")
    }
}
