import JOSE
import OAuth
import Testing

@Suite struct `Claims of an access token` {
    private func claims(_ more: [(String, JSONValue)], epochs: [Int64] = [0, 0, 0, 0]) -> JSONObject {
        let own = JSONObject([
            ("grant", .string("g")), ("epochs", .array(epochs.map { .integer($0) })),
        ])
        return JSONObject(
            [
                ("iss", .string("https://id.example")), ("sub", .string("u")), ("aud", .string("https://api.example")),
                ("client_id", .string("app")), ("jti", .string("t")), ("iat", .integer(1)), ("exp", .integer(2)),
                ("tessera", .object(own)),
            ] + more)
    }

    /// RFC 9449 §7.2, RFC 8705 §3: without a proof it is worth nothing, and it is no bearer token.
    @Test func `are none if the token is bound to a key of its client`() {
        #expect(AccessTokenClaims(claims([])) != nil)
        let thumbprint = JSONValue.object(JSONObject([("jkt", .string("0ZcOCORZNYy"))]))
        for bound in [thumbprint, .object(JSONObject([])), .null] {
            #expect(AccessTokenClaims(claims([("cnf", bound)])) == nil)
        }
    }

    /// As resources read them, so that a token is not good here and bad there.
    @Test func `are none if one that may be left out is there and malformed`() {
        #expect(AccessTokenClaims(claims([("nbf", .integer(5))]))?.notBefore == NumericDate(secondsSince1970: 5))
        #expect(AccessTokenClaims(claims([("scope", .string("read")), ("auth_time", .integer(1))])) != nil)
        for name in ["scope", "nbf", "auth_time"] {
            for value in [JSONValue.null, .bool(true), .array([]), .object(JSONObject([]))] {
                #expect(AccessTokenClaims(claims([(name, value)])) == nil, "\(name) \(value)")
            }
        }
        for epochs in [[], [0, 0, 0], [0, 0, 0, 0, 0], [0, -1, 0, 0]] as [[Int64]] {
            #expect(AccessTokenClaims(claims([], epochs: epochs)) == nil)
        }
    }
}
