import JOSE
import OAuth
import Testing

/// A person's browser before a gateway: it keeps cookies for each host, follows nothing by itself, and says what browsers
/// say about their requests.
struct StageBrowser {
    let stage: SignInStage
    let form: SignInStage.Form
    var host = "www.example"
    /// By host.
    var cookies: [String: [String: String]] = [:]

    init(_ stage: SignInStage, _ form: SignInStage.Form) {
        self.stage = stage
        self.form = form
    }

    static let session = "__Host-tessera-gateway"
    static let pending = "__Host-tessera-gateway-sign-in"
    static let navigation = [
        ("accept", "text/html,application/xhtml+xml,*/*;q=0.8"), ("sec-fetch-mode", "navigate"),
        ("sec-fetch-dest", "document"), ("sec-fetch-site", "none"),
    ]

    var sessionCookie: String? { cookies[host]?[Self.session] }

    /// Opens an address. Where a proxy only asks, it does what its configuration says with the answer.
    mutating func open(_ path: String) async throws -> SignInStage.Answer {
        try await send("GET", path, Self.navigation)
    }

    mutating func send(
        _ method: String, _ path: String, _ fields: [(String, String)], body: String? = nil
    ) async throws -> SignInStage.Answer {
        var fields = fields
        if let known = cookies[host], !known.isEmpty {
            fields.append(("cookie", known.map { "\($0)=\($1)" }.sorted().joined(separator: "; ")))
        }
        let answer: SignInStage.Answer
        if form == .proxy || path.hasPrefix("/.tessera/") {
            answer = try await stage.send(form, method, path, host: host, fields, body: body)
        } else {
            fields += [
                ("x-original-uri", path), ("x-original-method", method), ("x-forwarded-for", "192.0.2.7"),
            ]
            answer = try await stage.send(form, "GET", "/forward-auth", host: host, fields)
        }
        for setting in answer.cookies { keep(setting) }
        return answer
    }

    private mutating func keep(_ setting: String) {
        let parts = setting.split(separator: "; ").map(String.init)
        guard let pair = parts.first, let equals = pair.firstIndex(of: "=") else { return }
        let isOver = parts.contains("Max-Age=0")
        cookies[host, default: [:]][String(pair[..<equals])] =
            isOver ? nil : String(pair[pair.index(after: equals)...])
    }

    /// Where an answer leads a browser; without the host if it is this one.
    func way(_ answer: SignInStage.Answer) -> String? {
        let location = answer["location"] ?? answer["x-tessera-sign-in"]
        let own = "https://" + host
        return location.map { $0.hasPrefix(own + "/") ? String($0.dropFirst(own.count)) : $0 }
    }

    /// Opens a page and goes on to the issuer; returns the address there.
    mutating func leave(_ path: String) async throws -> String {
        let refused = try await open(path)
        try #require(refused.status == (form == .proxy ? 302 : 401), "\(refused.status) \(refused.text)")
        let began = try await open(try #require(way(refused)))
        try #require(began.status == 302 && began["cache-control"] == "no-store")
        return try #require(began["location"])
    }

    /// Signs in for a page, and opens it.
    @discardableResult
    mutating func signIn(
        _ path: String = "/pages", as person: SignInIssuer.Person, acr: String? = nil, scope: [String] = ["read"]
    ) async throws -> (page: SignInStage.Answer, grant: GrantID) {
        let location = try await leave(path)
        let yes = try await stage.issuer.yes(to: location, of: person, acr: acr, scope: scope, at: stage.now)
        let back = try await open(yes.callback)
        try #require(back.status == 303 && way(back) == path, "\(back.status) \(back.text)")
        return (try await open(path), yes.grant)
    }
}
