import JOSE
import TestSupport
import Testing

@Suite struct JWKSetTests {
    private func parse(_ text: String) throws -> JWKSet { try JWKSet(parsing: Array(text.utf8)) }

    private func publicText(_ json: String, _ changes: [(String, JSONValue?)] = []) throws -> String {
        try Samples.jwk(json, changes).publicKey.json.jsonText
    }

    @Test(
        .requirement("7517-5-1"),
        arguments: ["{}", #"{"keys":{}}"#, #"{"keys":null}"#, #"{"keys":["x"]}"#, #"{"keys":[1]}"#])
    func `refuses what is no key set`(text: String) {
        #expect(throws: JOSEError.self) { try parse(text) }
    }

    @Test(.requirement("7517-5-3"))
    func `refuses a set with a repeated name, at any depth`() {
        #expect(throws: JOSEError.self) { try parse(#"{"keys":[],"keys":[]}"#) }
        #expect(throws: JOSEError.self) { try parse(#"{"keys":[{"kty":"EC","kty":"EC"}]}"#) }
    }

    @Test(.requirement("7517-5-4", "7517-5-6", "7517-5-7", "7517-5-8", "8725-3.2-2"))
    func `keeps the usable keys and leaves out the others`() throws {
        let text = """
            {"new":true,"keys":[{"kty":"AKP"},{"kty":"oct","k":"AAAA"},{"kty":"EC","crv":"P-256","x":"AA"},
            {"kty":"EC"},{},
            {"kty":"RSA","n":"AQAB","e":"AQAB"},
            {"kty":"OKP","crv":"X25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"},
            \(try publicText(Samples.ed25519))]}
            """
        let set = try parse(text)
        #expect(set.keys.map(\.keyType) == ["OKP"])
        #expect(set.verificationKeys(for: nil).map(\.algorithm) == [.EdDSA])
    }

    @Test(.requirement("7517-5.1-1", "7515-4.1.4-2", "7517-4.5-2", "7515-6-3", "8725-3.10-1"))
    func `finds a key by its exact name and algorithm, wherever it stands`() throws {
        let first = try publicText(Samples.es256, [("kid", .string("A"))])
        let second = try publicText(Samples.ed25519, [("kid", .string("a"))])
        for order in [[first, second], [second, first]] {
            let set = try parse(#"{"keys":[\#(order.joined(separator: ","))]}"#)
            #expect(try set.verificationKeys(for: header(#"{"alg":"ES256","kid":"A"}"#)).map(\.id) == ["A"])
            #expect(try set.verificationKeys(for: header(#"{"alg":"EdDSA","kid":"a"}"#)).map(\.id) == ["a"])
            #expect(try set.verificationKeys(for: header(#"{"alg":"EdDSA"}"#)).map(\.id) == ["a"])
            for unknown in [
                #"{"alg":"ES256","kid":"a"}"#, #"{"alg":"ES256","kid":"A "}"#, #"{"alg":"ES256","kid":""}"#,
                #"{"alg":"ES256","kid":"../../dev/null"}"#, #"{"alg":"ES256","kid":"' OR 1=1--"}"#,
                #"{"alg":"ES256","kid":"A\u0000"}"#, #"{"alg":"HS256","kid":"A"}"#, #"{"alg":"es256","kid":"A"}"#,
            ] {
                #expect(try set.verificationKeys(for: header(unknown)).isEmpty, "\(unknown)")
            }
        }
    }

    private func header(_ json: String) throws -> JOSEHeader { try JOSEHeader(parsing: Array(json.utf8)) }

    @Test func `offers the keys of one algorithm, RSA keys without one under the algorithm asked for`() throws {
        let encrypts = try publicText(Samples.es256, [("use", .string("enc"))])
        let keys = [try publicText(Samples.rsa), try publicText(Samples.es256), encrypts]
        let set = try parse(#"{"keys":[\#(keys.joined(separator: ","))]}"#)
        #expect(set.keys.count == 3)
        #expect(set.verificationKeys(for: .RS256).map(\.algorithm) == [.RS256])
        #expect(set.verificationKeys(for: .ES256).count == 1)
        #expect(set.verificationKeys(for: nil).map(\.algorithm) == [.ES256])
        #expect(set.verificationKeys(for: .EdDSA).isEmpty)
    }

    @Test(.requirement("7517-5-2"))
    func `is published and read again`() throws {
        let set = JWKSet(keys: try [Algorithm.ES256, .EdDSA, .RS256].map { try SigningKey.generate($0).privateJWK })
        let read = try JWKSet(parsing: set.publicJSON.jsonBytes)
        #expect(read.keys == set.keys.map(\.publicKey))
        #expect(read.publicJSON == set.publicJSON)
        #expect(set.publicJSON.members.map(\.name) == ["keys"])
    }

    @Test func `refuses a set beyond its size`() {
        let padding = String(repeating: " ", count: 64 * 1024)
        #expect(throws: JOSEError.self) { try parse(#"{"keys":[]}"# + padding) }
    }
}
