import JOSE
import Testing
import tessera

@Suite struct `Output for people` {
    @Test(arguments: [
        (0, "1970-01-01 00:00:00Z"), (951_782_400, "2000-02-29 00:00:00Z"), (1_800_000_000, "2027-01-15 08:00:00Z"),
        (4_107_542_399, "2100-02-28 23:59:59Z"), (-1, "@-1"), (Int64.max, "@9223372036854775807"),
    ])
    func `tells a moment`(seconds: Int64, text: String) {
        #expect(Timestamp.text(NumericDate(secondsSince1970: seconds)) == text)
    }

    @Test func `aligns columns and leaves no blanks behind`() {
        var table = TextTable("ID", "NAME")
        table.add("a", "first")
        table.add("longer", "")
        #expect(table.text == "ID      NAME\na       first\nlonger")
    }

    @Test func `keeps control characters of others from the terminal`() {
        #expect(Console.harmless("a\u{1B}[2Jb\u{202E}c\nd") == "a\u{FFFD}[2Jb\u{FFFD}c\u{FFFD}d")
        #expect(Console.harmless("Jürgen 東京") == "Jürgen 東京")
    }

    @Test(arguments: [
        (#"{"relying_party":{"backchannel_logout_uri":"https://a.example/out"}}"#, "told"),
        (#"{"relying_party":{"redirect_uris":["https://a.example/cb"]}}"#, "no back-channel address"),
        (#"{"id":"a"}"#, "no back-channel address"),
    ])
    func `says who is told of an end, and who is not`(client: String, word: String) throws {
        let text = AuthorizationEnding.text(of: "x", client: try JSONObject(parsing: Array(client.utf8)))
        #expect(text.contains(word) && text.contains("told") == (word == "told"))
        #expect(AuthorizationEnding.text(of: "x", client: nil) == "The authorization x has ended.")
    }

    @Test(arguments: [("listen.adress", "listen.address"), ("isuer", "issuer"), ("completely-else", nil)])
    func `suggests the nearest name`(name: String, expected: String?) {
        #expect(NearestName.of(name, among: SettingKey.allCases.map(\.rawValue)) == expected)
    }
}
