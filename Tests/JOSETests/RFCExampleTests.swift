import JOSE
import TestSupport
import Testing

/// Examples printed in the standards; others that are files of their own are in ``CookbookTests``.
@Suite struct RFCExampleTests {
    private let payload =
        "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"

    @Test func `RFC 7515 A.1 with HS256 is refused, because there is no HMAC`() throws {
        let token = try CompactJWS(
            "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.\(payload).dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")
        #expect(token.header.type == "JWT")
        for algorithm in Algorithm.allCases {
            let key = try Samples.key(algorithm).verificationKey
            #expect(throws: JOSEError.algorithmMismatch) { try token.verify(by: key) }
        }
        let secret = "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"
        #expect(throws: JOSEError.unsupportedKeyType) { try Samples.jwk(#"{"kty":"oct","k":"\#(secret)"}"#) }
    }

    @Test(.requirement("7515-5.1-3", "7515-5.2-11", "7519-8-3"))
    func `RFC 7515 A.2 with RS256 is verified and reproduced`() throws {
        let key = try Samples.key(.RS256)
        let signature =
            "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9"
            + "uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB"
            + "_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rq"
            + "Vt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw"
        let input = "eyJhbGciOiJSUzI1NiJ9.\(payload)"
        #expect(try Base64URL.encode(key.signature(for: Array(input.utf8))) == signature)
        let verified = try UnverifiedJWT("\(input).\(signature)").verified(by: key.verificationKey, type: .jwtOrAbsent)
        #expect(verified.claims.string("iss") == "joe")
        #expect(verified.claims.date("exp") == NumericDate(secondsSince1970: 1_300_819_380))
        #expect(verified.claims.bool("http://example.com/is_root") == true)
    }

    @Test(.requirement("7515-5.2-11", "7519-8-3"))
    func `RFC 7515 A.3 with ES256 is verified`() throws {
        let token = try UnverifiedJWT(
            "eyJhbGciOiJFUzI1NiJ9.\(payload)."
                + "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
        )
        let verified = try token.verified(by: Samples.key(.ES256).verificationKey, type: .jwtOrAbsent)
        #expect(verified.claims.string("iss") == "joe")
    }

    @Test(.requirement("8725-3.2-4"))
    func `RFC 7515 A.5 and RFC 7519 6.1, unsecured, are refused`() {
        #expect(throws: JOSEError.unsupportedAlgorithm) { try UnverifiedJWT("eyJhbGciOiJub25lIn0.\(payload).") }
    }

    @Test(.requirement("7515-4.1.11-1"))
    func `RFC 7515 appendix E, with an unknown extension, is refused`() {
        let token =
            "eyJhbGciOiJub25lIiwNCiAiY3JpdCI6WyJodHRwOi8vZXhhbXBsZS5jb20vVU5ERUZJTkVEIl0sDQogImh0dHA6Ly"
            + "9leGFtcGxlLmNvbS9VTkRFRklORUQiOnRydWUNCn0.RkFJTA."
        #expect(throws: JOSEError.criticalHeader) { try CompactJWS(token) }
    }

    @Test func `RFC 8037 A.4 and A.5 with Ed25519 are reproduced and verified`() throws {
        let key = try Samples.key(.EdDSA)
        let input = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc"
        let signature = "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"
        let jws = try CompactJWS("\(input).\(signature)")
        #expect(try jws.verify(by: key.verificationKey) == Array("Example of Ed25519 signing".utf8))
        // The library hedges Ed25519 too on some platforms; what it signs must verify, whether or not it is the same.
        let own = try key.signature(for: Array(input.utf8))
        #expect(key.verificationKey.isValid(own, for: Array(input.utf8)))
        #expect(Base64URL.encode(own) == signature)
    }
}
