import JOSE
import OAuth
import ResourceServer
import ServerHTTP

/// The value on which a check of the gateway failed, and the one that would have passed in this very case. Never a token,
/// nor anything of one whose signature does not hold but which key it names.
package struct GatewayEvidence: Hashable, Sendable {
    package let found: String
    /// Empty if the explanation of the check says all there is to say.
    package let expected: String

    init(_ found: String, expected: String = "") {
        self.found = found
        self.expected = expected
    }

    static func unknownProxy(_ request: ServerRequest) -> GatewayEvidence {
        GatewayEvidence("a question of \(request.sender.address)", expected: "an address in proxy.trusted")
    }
}

extension GatewayEvidence {
    /// Of a question that was judged. What it said is read again, so that no check carries what only operators read.
    /// - Parameters:
    ///   - route: where the question leads.
    ///   - token: the one that was good, and not enough.
    init(
        of refusal: GatewayRefusal, _ question: GatewayQuestion, route: GatewayRoute?, token: AccessToken?,
        _ validator: AccessTokenValidator, at now: NumericDate
    ) {
        switch refusal {
        case .host: self.init("Host \(question.host)")
        case .path: self.init(question.path)
        case .noRoute: self.init("\(question.host) \(question.path)")
        case .method(let allow): self.init(question.method.rawValue, expected: allow)
        case .identity: self.init(unspeakable: token)
        case .access(.noToken):
            self.init(
                question.authorization.isEmpty
                    ? "no Authorization field" : "an Authorization field of a scheme that is not Bearer")
        case .access(.malformedRequest(let text)):
            self.init("\(question.authorization.count) Authorization fields: \(text)")
        case .access(.invalidToken(let problem)):
            self.init(problem, ShownToken(question.authorization.first ?? ""), validator, at: now)
        case .access(.insufficientScope(let scope)):
            let held = token?.scope.description ?? "(unknown)"
            self.init("scope \(held)\(Self.name(of: token))", expected: "scope with \(scope)")
        case .access(.insufficientAuthentication(let classes, let maxAge)):
            self.init(insufficient: token, classes, maxAge, at: now)
        case .access(.unavailable(let reason)): self.init(reason.reason)
        case .browser(let refusal): self.init(of: refusal, question, route?.forwarding.webSocketOrigins ?? [])
        }
    }

    private static func name(of token: AccessToken?) -> String {
        guard let token else { return "" }
        var names = token.tokenID.map { ", jti \($0)" } ?? ""
        if case .signature(let keyID?) = token.proof { names += ", kid \(keyID)" }
        return names
    }

    private init(insufficient token: AccessToken?, _ classes: [String], _ maxAge: Duration?, at now: NumericDate) {
        let sign = token?.authentication
        let missing = token == nil ? "(unknown)" : "(none)"
        let time = sign.map { Self.time($0.time, from: now) } ?? missing
        self.init(
            "acr \(sign?.acr ?? missing), auth_time \(time)\(Self.name(of: token))",
            expected: Self.demand(classes, maxAge))
    }

    static func demand(_ classes: [String], _ maxAge: Duration?) -> String {
        var expected: [String] = []
        if !classes.isEmpty { expected.append("acr " + classes.joined(separator: " or ")) }
        if let maxAge { expected.append("auth_time at most \(maxAge.components.seconds) s ago") }
        return expected.joined(separator: ", ")
    }

    /// Which of the values has no place in a header field.
    private init(unspeakable token: AccessToken?) {
        guard let token else {
            self.init("")
            return
        }
        let roles = token.claims.strings("roles") ?? []
        if roles.contains(where: { $0.isEmpty || $0.utf8.contains(UInt8(ascii: ",")) }) {
            self.init("roles " + roles.joined(separator: " and "), expected: "roles without commas, none empty")
            return
        }
        let values = [
            ("sub", token.subject.rawValue), ("client_id", token.clientID?.rawValue ?? ""),
            ("scope", token.scope.description), ("roles", roles.joined(separator: " ")),
        ]
        let wrong = values.first { !$0.1.utf8.allSatisfy { (0x20...0x7E).contains($0) } } ?? values[0]
        self.init("\(wrong.0) \(wrong.1)", expected: "\(wrong.0) of visible ASCII")
    }

    fileprivate static func time(_ date: NumericDate, from now: NumericDate) -> String {
        let seconds = (date - now).components.seconds
        return "\(date.secondsSince1970), " + (seconds < 0 ? "\(0 &- seconds) s ago" : "in \(seconds) s")
    }
}

/// A token as far as it may be shown.
private struct ShownToken {
    let length: Int
    let header: JOSEHeader?
    let claims: JSONObject?

    /// - Parameter authorization: the value of the field.
    init(_ authorization: String) {
        let text = String(authorization.drop { $0 != " " }.drop { $0 == " " })
        length = text.utf8.count
        let jwt = try? UnverifiedJWT(text)
        header = jwt?.header
        claims = jwt?.unprovenClaims
    }

    /// Of a token whose signature held: by what others know it.
    var name: String {
        var name = claims?.string("jti").map { ", jti \($0)" } ?? ""
        name += header?.keyID.map { ", kid \($0)" } ?? ""
        return name
    }

    var key: String { "kid \(header?.keyID ?? "(none)"), alg \(header?.algorithm ?? "(none)")" }

    func claim(_ name: String) -> String {
        switch claims?[name] {
        case .string(let text)?: text
        case .integer(let number)?: "\(number)"
        case .array(let values)?:
            values.prefix(8).map { value in
                guard case .string(let text) = value else { return "(no text)" }
                return text
            }.joined(separator: " ")
        case nil: "(none)"
        default: "(no text)"
        }
    }
}

extension GatewayEvidence {
    /// What a token said where it went wrong, and what this gateway wants there.
    fileprivate init(
        _ problem: TokenProblem, _ token: ShownToken, _ validator: AccessTokenValidator, at now: NumericDate
    ) {
        let tolerance = validator.clockTolerance.components.seconds
        func time(_ claim: String) -> String {
            token.claims?.date(claim).map { Self.time($0, from: now) } ?? "(none)"
        }
        switch problem {
        case .malformed, .inactive: self.init("a token of \(token.length) bytes, which is not kept")
        case .wrongType: self.init("typ \(token.header?.type ?? "(none)"), \(token.key)", expected: "typ at+jwt")
        case .unknownKey, .wrongSignature: self.init(token.key)
        case .wrongIssuer:
            self.init("iss \(token.claim("iss"))\(token.name)", expected: "iss \(validator.issuer.rawValue)")
        case .wrongAudience:
            let names = validator.audience.map(\.rawValue).joined(separator: " or ")
            self.init("aud \(token.claim("aud"))\(token.name)", expected: "aud \(names)")
        case .expired:
            self.init("exp \(time("exp"))\(token.name)", expected: "exp after \(now.secondsSince1970)")
        case .fromTheFuture:
            self.init("iat \(time("iat"))\(token.name)", expected: "iat not more than \(tolerance) s ahead")
        case .notYetValid:
            self.init("nbf \(time("nbf"))\(token.name)", expected: "nbf not more than \(tolerance) s ahead")
        case .revoked: self.init("sub \(token.claim("sub")), client_id \(token.claim("client_id"))\(token.name)")
        case .senderConstrained: self.init("cnf\(token.name)", expected: "no cnf")
        }
    }
}

extension GatewayEvidence {
    /// Of a request that the judgement let through, and that came no further.
    init(
        of word: String, _ response: ServerResponse, to request: ServerRequest, _ content: RequestBody,
        _ pass: GatewayPass, isSecure: Bool
    ) {
        let policy = pass.route.forwarding
        let upstream = pass.route.upstream?.description ?? "no upstream"
        switch GatewayWord(rawValue: word) {
        case .rateLimited:
            let limits = response.headers.first("ratelimit-policy") ?? ""
            let wait = response.headers.first("retry-after") ?? "1"
            self.init("more than \(limits)", expected: "the same after \(wait) s")
        case .originForbidden:
            let allowed = policy.webSocketOrigins.sorted()
            let own = (isSecure ? "https://" : "http://") + (request.headers.first("host") ?? "")
            self.init(
                "Origin " + request.headers.all("origin").joined(separator: " and "),
                expected: "Origin " + (allowed.isEmpty ? own : allowed.joined(separator: " or ")))
        case .bodyTooLarge:
            self.init(
                content.length.map { "\($0) bytes" } ?? "content of no announced length",
                expected: "at most \(policy.bodyBytes ?? ForwardingPolicy.largestBody) bytes")
        case .contentUnexpected where request.method != .get && request.method != .head:
            self.init(
                "content of another length than announced",
                expected: "\(content.length.map { "\($0) bytes" } ?? "the announced length")")
        case .contentUnexpected:
            self.init("\(request.methodName) with content", expected: "\(request.methodName) without content")
        case .queryMalformed: self.init("a query of \(request.query?.utf8.count ?? 0) bytes, which is not kept")
        case .identityUnspeakable: self.init(unspeakable: pass.token)
        case .upstreamRefused, .upstreamBroken: self.init(upstream)
        case .upstreamTimeout:
            self.init(upstream, expected: "the beginning of an answer within \(policy.timeout)")
        case .upgradeRefused: self.init("\(upstream) answered \(response.status)", expected: "101")
        case .routeUnknown: self.init("route \(pass.route.name), which has no upstream")
        default: self.init("while the request was under way\(Self.name(of: pass.token))")
        }
    }
}
