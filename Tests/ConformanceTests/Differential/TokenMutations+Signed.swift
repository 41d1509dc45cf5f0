import Crypto
import JOSE
import OAuth
import Testing

/// Tokens that are signed anew: what their words are worth is all that is left to judge.
extension TokenMutations {
    mutating func withHeader() throws -> MutatedToken {
        let id = issuer.active.id
        let jwk = stranger.verificationKey.jwk.json.jsonText
        let texts = [
            #"{"alg":"none","typ":"at+jwt"}"#, #"{"alg":"None","typ":"at+jwt","kid":"\#(id)"}"#,
            #"{"alg":"HS256","typ":"at+jwt","kid":"\#(id)"}"#, #"{"alg":"ES384","typ":"at+jwt","kid":"\#(id)"}"#,
            #"{"alg":"es256","typ":"at+jwt","kid":"\#(id)"}"#, #"{"alg":"RS256","typ":"at+jwt","kid":"\#(id)"}"#,
            #"{"alg":"ES256K","typ":"at+jwt","kid":"\#(id)"}"#, #"{"alg":256,"typ":"at+jwt","kid":"\#(id)"}"#,
            #"{"typ":"at+jwt","kid":"\#(id)"}"#, #"{"alg":"ES256","kid":"\#(id)"}"#,
            #"{"alg":"ES256","typ":"at+jwt"}"#, #"{"alg":"ES256","typ":"JWT","kid":"\#(id)"}"#,
            #"{"alg":"ES256","typ":"AT+JWT","kid":"\#(id)"}"#,
            #"{"alg":"ES256","typ":"application/at+jwt","kid":"\#(id)"}"#,
            #"{"alg":"ES256","typ":"Application/At+Jwt","kid":"\#(id)"}"#,
            #"{"alg":"ES256","typ":"at+jwt ","kid":"\#(id)"}"#, #"{"alg":"ES256","typ":"at+jwt;v=1","kid":"\#(id)"}"#,
            #"{"alg":"ES256","typ":"logout+jwt","kid":"\#(id)"}"#, #"{"alg":"ES256","typ":null,"kid":"\#(id)"}"#,
            #"{"alg":"ES256","typ":["at+jwt"],"kid":"\#(id)"}"#, #"{"alg":"ES256","typ":"at+jwt","kid":""}"#,
            #"{"alg":"ES256","typ":"at+jwt","kid":"\#(id) "}"#, #"{"alg":"ES256","typ":"at+jwt","kid":null}"#,
            #"{"alg":"ES256","typ":"at+jwt","kid":7}"#, #"{"alg":"ES256","typ":"at+jwt","kid":"../../dev/null"}"#,
            #"{"alg":"ES256","typ":"at+jwt","kid":"\#(issuer.retired.id)"}"#,
            #"{"alg":"ES256","typ":"at+jwt","kid":"\#(issuer.distrusted.id)"}"#,
            #"{"alg":"ES256","typ":"at+jwt","kid":"\#(issuer.feed.id)"}"#,
            #"{"alg":"ES256","typ":"at+jwt","kid":"\#(id)","crit":["exp"]}"#,
            #"{"alg":"ES256","typ":"at+jwt","kid":"\#(id)","crit":[]}"#,
            #"{"alg":"ES256","typ":"at+jwt","kid":"\#(id)","b64":true}"#,
            #"{"alg":"ES256","typ":"at+jwt","kid":"\#(id)","b64":false,"crit":["b64"]}"#,
            #"{"alg":"ES256","typ":"at+jwt","kid":"\#(id)","jku":"https://evil.example/jwks"}"#,
            #"{"alg":"ES256","typ":"at+jwt","kid":"\#(id)","x5u":"https://evil.example/x","x5c":["AA=="]}"#,
            #"{"alg":"ES256","typ":"at+jwt","kid":"\#(id)","jwk":\#(jwk)}"#,
            #"{"alg":"ES256","typ":"at+jwt","jwk":\#(jwk)}"#,
            #"{"alg":"ES256","typ":"at+jwt","kid":"\#(id)","kid":"\#(id)"}"#,
            #"{"alg":"none","alg":"ES256","typ":"at+jwt","kid":"\#(id)"}"#,
            #"{"alg":"ES256","\u0061lg":"none","typ":"at+jwt","kid":"\#(id)"}"#,
            #"{"\u0061lg":"ES256","typ":"at\u002bjwt","kid":"\#(id)"}"#,
            #"{"alg":"ES256","typ":"at+jwt","kid":"\#(id)","zip":"DEF","cty":"JWT"}"#,
            #"{"alg":"ES256","typ":"at+jwt","kid":"\#(id)","x":"\ud800"}"#,
            #" {"alg":"ES256", "typ":"at+jwt" ,"kid":"\#(id)"} "#, "\u{feff}" + header, header + header, header + " x",
            #"["ES256"]"#, "{}", "", "null", #"{"ALG":"ES256","Typ":"at+jwt","KID":"\#(id)"}"#,
            #"{"alg":"ES256","typ":"at+jwt","kid":"\#(id)","n":1e400}"#,
            #"{"alg":"ES256","typ":"at+jwt","kid":"\#(id)",}"#, #"{'alg':'ES256'}"#,
            #"{"alg":"ES256","typ":"at+jwt","kid":"\#(id)","d":"#
                + String(repeating: "[", count: 40) + String(repeating: "]", count: 40) + "}",
        ]
        let index = random.next(texts.count)
        let text = texts[index]
        let isOwn = random.next(4) > 0
        if text.contains("HS256"), random.next(2) == 0 {
            // The public key as a secret that everybody knows.
            let secret = SymmetricKey(data: issuer.active.verificationKey.jwk.json.jsonBytes)
            let input = Base64URL.encode(Array(text.utf8)) + "." + Base64URL.encode(Array(json(claims).utf8))
            let code = HMAC<SHA256>.authenticationCode(for: Array(input.utf8), using: secret)
            return MutatedToken(change: "HMAC", text: input + "." + Base64URL.encode(Array(code)))
        }
        return MutatedToken(
            change: "header \(index) \(isOwn)", text: try signed(header: text, by: isOwn ? nil : stranger))
    }

    mutating func byOtherKeys() throws -> MutatedToken {
        let keys = [issuer.retired, issuer.distrusted, issuer.feed, stranger]
        let index = random.next(keys.count)
        let key = keys[index]
        let named = random.pick([key.id, issuer.active.id])
        let header = #"{"alg":"ES256","typ":"at+jwt","kid":"\#(named)"}"#
        return MutatedToken(change: "key \(index) \(named == key.id)", text: try signed(header: header, by: key))
    }

    mutating func withClaims() throws -> MutatedToken {
        switch random.next(8) {
        case 0, 1, 2: try withTime()
        case 3: try withAudience()
        case 4, 5: try withWords()
        default: try withOtherText()
        }
    }

    private func replaced(_ name: String, by value: String?) -> String {
        json(claims.compactMap { claim in claim.name == name ? value.map { (name, $0) } : claim })
    }

    /// Now and then a claim that was not there.
    private func set(_ name: String, _ value: String) -> String {
        json(claims.filter { $0.name != name } + [(name, value)])
    }

    private mutating func withTime() throws -> MutatedToken {
        let now = PersonsIssuer.start.secondsSince1970
        let values = [
            "\(now - 1)", "\(now)", "\(now + 1)", "\(now + 30)", "\(now - 30)", "\(now + 3600)", "\(now).0", "\(now).5",
            "\(now + 300).0", "1.8e9", "18000003E2", "18000003e+2", "180000030000e-2", "1e400", "1e308", "-1", "-0",
            "0",
            "0.1", "99999999999999999999", "9223372036854775807", "9223372036854775808", "-9223372036854775808", "1e18",
            "\"\(now + 300)\"", "null", "true", "[\(now)]", "{}", "0\(now)", "+\(now)", "\(now).", "NaN", "Infinity",
            "1e", "", "\"\"", "0x6b49d200", "\(now)000",
        ]
        let name = random.pick(["exp", "iat", "nbf", "auth_time"])
        let value = random.pick(values)
        return MutatedToken(change: "\(name) \(value)", text: try signed(claims: set(name, value)))
    }

    /// Shapes of `aud` that leave both audiences in it, or none.
    private mutating func withAudience() throws -> MutatedToken {
        let (api, here) = (PersonsIssuer.api.rawValue, PersonsIssuer.name + "/userinfo")
        let values = [
            #"["\#(here)","\#(api)"]"#, #"["\#(api)","\#(here)","\#(api)"]"#,
            #"["\#(api)","\#(here)","https://x.example"]"#,
            #"["\#(api)","\#(here)",7]"#, #"["\#(api)","\#(here)",null]"#, #"["\#(api)","\#(here)",["x"]]"#,
            #"["\#(api)","\#(here)",""]"#, #"[["\#(api)","\#(here)"]]"#, #"{"\#(api)":"\#(here)"}"#, "[]", "\"\"",
            "null",
            "7", #""\#(api) \#(here)""#, #""\#(api),\#(here)""#, #"["\#(api)/","\#(here)/"]"#,
            #"["https:\/\/orders.example","\#(here)"]"#,
            #"["\#(api)","\#(here)#x"]"#.replacing("#x", with: "\\u0000"),
            #"["\#(api.uppercased())","\#(here.uppercased())"]"#,
            #"["https://orders.ex\u0061mple","\#(here)"]"#, #"["https://x.example"]"#, #""https://x.example""#,
            "[" + (0..<200).map { "\"https://a\($0).example\"" }.joined(separator: ",") + #","\#(api)","\#(here)"]"#,
        ]
        let index = random.next(values.count)
        // UserInfo's own name is damaged in two of them.
        let isOfBoth = !values[index].contains(api) || values[index].contains("\"" + here + "\"")
        return MutatedToken(
            change: "aud \(index)", text: try signed(claims: replaced("aud", by: values[index])), isOfPerson: isOfBoth)
    }

    private mutating func withWords() throws -> MutatedToken {
        let names = ["iss", "sub", "client_id", "jti", "scope", "tessera", "cnf", "sid", "acr", "amr", "x"]
        let name = random.pick(names)
        let values: [String?] = [
            nil, nil, "null", "7", "true", "[]", "{}", "\"\"", "\"x\"", "\"x y\"", "\"\\u0000\"", "\"\\ud800\"",
            "\"\u{e9}\"", "\"e\u{301}\"", "[\"x\"]", "\"\(String(repeating: "x", count: 256))\"", "\"\\\"\"",
            "\"https://id.example/\"", "\"https:\\/\\/id.example\"", "\"https://ID.example\"", "\"http://id.example\"",
            #"{"grant":"g","epochs":[0,0,0,0]}"#, #"{"grant":"g","epochs":[0,0,0]}"#,
            #"{"grant":"g","epochs":[0,0,0,"0"]}"#, #"{"grant":"","epochs":[0,0,0,0]}"#,
            #"{"grant":"g","epochs":[0.5,0,0,0]}"#, #"{"grant":"g","epochs":[-1,-1,-1,-1]}"#,
            #"{"grant":"g","epochs":[1e0,0,0,9223372036854775807]}"#, #"{"epochs":[0,0,0,0]}"#,
            #"{"jkt":"0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"}"#,
        ]
        let value = random.pick(values)
        let text = value.map { set(name, $0) } ?? replaced(name, by: nil)
        return MutatedToken(
            change: "\(name) \(value ?? "missing")", text: try signed(claims: text),
            isOfPerson: !["client_id", "scope", "tessera"].contains(name))
    }

    /// The same words in another text, or in none that is JSON.
    private mutating func withOtherText() throws -> MutatedToken {
        let plain = json(claims)
        let deep: (Int) -> String = { String(repeating: "[", count: $0) + String(repeating: "]", count: $0) }
        let end = "\(PersonsIssuer.start.secondsSince1970 + 3000)"
        var texts: [String] = [
            " \(plain)\n", "\u{feff}\(plain)", "\(plain)\(plain)", "\(plain)x", "\(plain)\u{0}", "[\(plain)]",
            "", "null", "{}", "\"x\"", String(plain.dropLast()), "{\"exp\":1,\(plain.dropFirst())",
            plain.replacing("\"exp\":", with: "\"\\u0065xp\":"), plain.replacing("{\"iss\"", with: "{\"\\u0069ss\""),
        ]
        let members: [String] = [
            "\"exp\":\(end)", "\"\\u0065xp\":\(end)", "\"aud\":\"https://x.example\"", "\"Exp\":1", "",
            #""x":"\ud800""#, #""x":"\udc00\ud800""#, #""x":"\ud83d\ude00""#, #""\ud800":1"#, "\"x\":\"\t\"",
            #""x":"\x41""#, "\"\":1", "\"__proto__\":{}", "\"x\":1.7976931348623157e309", "\"x\":-0.0e-0",
            "\"x\":01", "\"x\":/**/1",
        ]
        texts += members.map { "\(plain.dropLast()),\($0)}" }
        texts += [8, 16, 31, 32, 33, 64, 4000].map { "\(plain.dropLast()),\"x\":\(deep($0))}" }
        let many = (0..<300).map { "\"m\($0)\":0," }.joined()
        texts.append("{\(many)\(plain.dropFirst())")
        let index = random.next(texts.count + 3)
        guard index < texts.count else {
            // No UTF-8: a byte that never is, a slash that is too long, half a pair.
            let broken: [[UInt8]] = [[0xFF], [0xC0, 0xAF], [0xED, 0xA0, 0x80]]
            var bytes = Array("\(plain.dropLast()),\"x\":\"".utf8)
            bytes += broken[index - texts.count]
            bytes += Array("\"}".utf8)
            return MutatedToken(change: "bytes \(index)", text: try signed(bytes: bytes))
        }
        return MutatedToken(change: "text \(index)", text: try signed(claims: texts[index]))
    }
}
