import JOSE
import OAuth
import ResourceServer
import Testing

/// An issuer that answers as a test tells it to, in the place of a network.
actor IssuerOnPaper: HTTPTransport {
    struct Away: Error {}

    private var answers: [String: TransportResponse] = [:]
    private(set) var requests: [TransportRequest] = []
    private var isAway = false
    private var isGated = false
    private var gate: [CheckedContinuation<Void, Never>] = []
    private var inside = 0
    /// The most requests that were under way at once.
    private(set) var most = 0

    init(_ crafted: CraftedIssuer, metadata changes: [(String, JSONValue?)] = []) {
        answers[crafted.issuer.origin + crafted.issuer.metadataPath] = TransportResponse(
            status: 200, contentType: "application/json", body: Self.metadata(changes).jsonBytes)
        answers[CraftedIssuer.text + "/jwks"] = TransportResponse(
            status: 200, headers: TransportHeaders([("Cache-Control", "max-age=600")]),
            body: crafted.keySet.publicJSON.jsonBytes)
    }

    static func metadata(_ changes: [(String, JSONValue?)] = []) -> JSONObject {
        let text = CraftedIssuer.text
        var members: [(String, JSONValue)] = [
            ("issuer", .string(text)), ("jwks_uri", .string(text + "/jwks")),
            ("introspection_endpoint", .string(text + "/introspect")),
        ]
        for (name, value) in changes {
            members.removeAll { $0.0 == name }
            if let value { members.append((name, value)) }
        }
        return JSONObject(members)
    }

    func answer(_ url: String, _ response: TransportResponse?) { answers[url] = response }
    func answerIntrospection(_ json: JSONObject, status: Int = 200) {
        answers[CraftedIssuer.text + "/introspect"] = TransportResponse(
            status: status, contentType: "application/json", body: json.jsonBytes)
    }
    func goAway(_ away: Bool = true) { isAway = away }
    func hold() { isGated = true }
    func letGo() {
        isGated = false
        for waiting in gate { waiting.resume() }
        gate = []
    }
    var held: Int { gate.count }
    func count(_ suffix: String) -> Int { requests.filter { $0.url.hasSuffix(suffix) }.count }

    func send(_ request: TransportRequest) async throws -> TransportResponse {
        requests.append(request)
        inside += 1
        most = max(most, inside)
        defer { inside -= 1 }
        // Others come meanwhile.
        await Task.yield()
        if isGated { await withCheckedContinuation { gate.append($0) } }
        guard !isAway else { throw Away() }
        return answers[request.url] ?? TransportResponse(status: 404)
    }
}
