import Crypto
import JOSE
import TestSupport
import Testing

@Suite struct ThumbprintTests {
    @Test(.requirement("7638-3-1", "7638-3-3", "7638-3.2-2", "7638-3.4-1", "7638-3.2.2-1"))
    func `reproduces RFC 7638 section 3.1`() throws {
        let key = try Samples.jwk(
            """
            {"kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc\
            _BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQM\
            icAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksIN\
            HaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw","e":"AQAB","alg":"RS256","kid":"2011-04-29"}
            """)
        #expect(key.thumbprint() == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs")
    }

    @Test(.requirement("7638-3.2-4", "7638-3.2.1-1"))
    func `reproduces RFC 8037 appendix A.3, from the private key too`() throws {
        let key = try Samples.jwk(Samples.ed25519)
        #expect(key.thumbprint() == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k")
        #expect(key.publicKey.thumbprint() == key.thumbprint())
    }

    @Test(.requirement("7638-3-1", "7638-3-2", "7638-3.2-1", "7638-3.3-1", "7638-3.3-2"))
    func `hashes the required members in order, without white space or escapes`() throws {
        let input =
            #"{"crv":"P-256","kty":"EC","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","#
            + #""y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}"#
        let expected = Base64URL.encode(Array(SHA256.hash(data: Array(input.utf8))))
        #expect(try Samples.jwk(Samples.es256).thumbprint() == expected)
    }

    @Test(.requirement("7638-3.2.2-1"))
    func `other members and another order change nothing`() throws {
        let changed = try Samples.jwk(
            Samples.es256,
            [
                ("kid", .string("a")), ("use", .string("sig")), ("alg", .string("ES256")), ("kty", nil),
                ("kty", .string("EC")),
            ])
        #expect(try changed.thumbprint() == Samples.jwk(Samples.es256).thumbprint())
    }
}
