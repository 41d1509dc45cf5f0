import JOSE
import OAuth
import Testing

@Suite struct `Claims of an access token` {
    private func claims(_ more: [(String, JSONValue)]) -> JSONObject {
        let own = JSONObject([
            ("grant", .string("g")), ("epochs", .array([.integer(0), .integer(0), .integer(0), .integer(0)])),
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
}
