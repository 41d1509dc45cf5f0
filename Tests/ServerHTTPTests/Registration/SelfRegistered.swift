import JOSE
import OAuth
import Testing

/// A client that registered itself over HTTP, and what it was told.
struct SelfRegistered {
    static let callback = "https://app.example/cb"

    let json: JSONObject
    let id: String
    let secret: Secret?
    /// With which it manages itself.
    let access: String
    /// Where it manages itself, as a path.
    let path: String

    init(_ answer: RawAnswer) throws {
        #expect(answer.status == 201 && answer.header("content-type") == "application/json", "\(answer)")
        #expect(answer.header("cache-control") == "no-store")
        json = try JSONObject(parsing: Array(answer.body.utf8))
        id = try #require(json.string("client_id"))
        secret = json.string("client_secret").map { Secret($0) }
        access = try #require(json.string("registration_access_token"))
        let uri = try #require(json.string("registration_client_uri"))
        try #require(uri.hasPrefix(ConformanceServer.issuer))
        path = String(uri.dropFirst(ConformanceServer.issuer.count))
    }
}

extension ConformanceServer {
    /// A request with a JSON body, and with a bearer token if one is given.
    func send(
        _ method: String, _ target: String, _ body: String? = nil, with token: String? = nil
    ) async throws
        -> RawAnswer
    {
        var headers = body == nil ? [] : ["content-type: application/json"]
        if let token { headers.append("authorization: Bearer \(token)") }
        return try await live.exchange(RequestText.request(method, target, headers, body: body))
    }

    /// Registers a client with this redirect URI and these further members, such as `"client_name":"A"`.
    func register(_ members: String = "", callback: String = SelfRegistered.callback) async throws -> SelfRegistered {
        let more = members.isEmpty ? "" : "," + members
        return try SelfRegistered(
            try await send("POST", "/clients", #"{"redirect_uris":["\#(callback)"]\#(more)}"#))
    }

    /// The error with which a registration is refused.
    func refusal(of body: String, with token: String? = nil) async throws -> String {
        let answer = try await send("POST", "/clients", body, with: token)
        #expect(answer.header("cache-control") == "no-store")
        let json = try JSONObject(parsing: Array(answer.body.utf8))
        #expect(json["client_id"] == nil)
        return "\(answer.status) \(json.string("error") ?? "")"
    }

    func application(
        _ made: SelfRegistered, callback: String = SelfRegistered.callback, in browser: PageBrowser? = nil
    ) throws -> Application {
        Application(self, id: made.id, secret: try #require(made.secret), callback: callback, in: browser)
    }
}
