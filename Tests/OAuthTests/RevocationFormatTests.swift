import JOSE
import OAuth
import Testing

@Suite struct `The format of the revocation feed` {
    private let issuer = "https://id.example"
    private let feed = "AAECAwQFBgcICQoLDA0ODw"
    private let now = NumericDate(secondsSince1970: 1_800_000_000)

    private func audience() throws -> ResourceIndicator { try ResourceIndicator("https://api.example") }

    private func entries() throws -> [RevocationEntry] {
        [
            try #require(RevocationEntry(RevocationName(.token, "t-1", of: issuer), until: now)),
            try #require(RevocationEntry(RevocationName(.subject, "u-1", of: issuer), value: 7, until: now)),
            try #require(RevocationEntry(RevocationName(.client, "c", of: issuer), value: .max - 1, until: now)),
        ]
    }

    private func bytes(_ entries: [RevocationEntry]) -> [UInt8] {
        var bytes: [UInt8] = []
        for entry in entries { entry.append(to: &bytes) }
        return bytes
    }

    private func object(_ json: [UInt8], setting name: String? = nil, to value: JSONValue? = nil) throws -> JSONObject {
        let object = try JSONObject(parsing: json)
        guard let name else { return object }
        let kept = object.members.filter { $0.name != name }.map { ($0.name, $0.value) }
        return JSONObject(kept + (value.map { [(name, $0)] } ?? []))
    }

    /// Computed with another program.
    @Test func `names a thing by the first half of a digest`() {
        let name = RevocationName(.token, "t-1", of: issuer)
        #expect(
            name.bytes == [
                0xB3, 0xD3, 0x24, 0x5C, 0x92, 0x11, 0x68, 0x67, 0x3E, 0xB2, 0x60, 0xE8, 0x92, 0xA6, 0xF2, 0x90,
            ])
        #expect(RevocationName(name.bytes[...]) == name)
        #expect(RevocationName(name.bytes.dropLast()) == nil)
        var names = Set(RevocationName.Kind.allCases.map { RevocationName($0, "t-1", of: issuer) })
        names.insert(RevocationName(.token, "t-1", of: "https://id.example2"))
        names.insert(RevocationName(.token, "-1", of: "https://id.examplet"))
        #expect(names.count == RevocationName.Kind.allCases.count + 2)
    }

    @Test func `reads entries as they were written, cut anywhere`() throws {
        let entries = try entries()
        let bytes = bytes(entries)
        #expect(bytes.count == 21 + 29 + 29)
        #expect(try RevocationEntryReader.entries(bytes[...]) == entries)
        for first in 0...bytes.count {
            for second in first...bytes.count {
                var reader = RevocationEntryReader()
                var read: [RevocationEntry] = []
                for piece in [bytes[..<first], bytes[first..<second], bytes[second...]] {
                    try reader.read(piece) { read.append($0) }
                }
                try reader.finish()
                #expect(read == entries)
            }
        }
    }

    @Test func `refuses bytes that are no entries`() throws {
        let bytes = bytes(try entries())
        for length in 1..<bytes.count where length != 21 && length != 50 {
            #expect(throws: RevocationFormatError.wrongLength) { try RevocationEntryReader.entries(bytes[..<length]) }
        }
        for type in UInt8.min...UInt8.max where type != 1 && type != 2 {
            var wrong = bytes
            wrong[21] = type
            #expect(throws: RevocationFormatError.invalidEntry) { try RevocationEntryReader.entries(wrong[...]) }
        }
        // A counter of 0, a negative one, and the one that stands for an end.
        for value in [
            [UInt8](repeating: 0, count: 8), [0x80] + [UInt8](repeating: 0, count: 7),
            [0x7F] + [UInt8](repeating: 0xFF, count: 7),
        ] {
            let wrong = bytes[21..<42] + value
            #expect(throws: RevocationFormatError.invalidEntry) { try RevocationEntryReader.entries(wrong) }
        }
    }

    @Test func `keeps an end that cannot be written at the nearest moment`() throws {
        let name = RevocationName(.grant, "g", of: issuer)
        #expect(RevocationEntry(name, value: 0, until: now) == nil)
        #expect(RevocationEntry(name, value: -1, until: now) == nil)
        for (moment, kept) in [(Int64.min, 1_577_836_800), (0, 1_577_836_800), (.max, 1_577_836_800 + 4_294_967_295)] {
            let entry = try #require(RevocationEntry(name, until: NumericDate(secondsSince1970: moment)))
            #expect(entry.until.secondsSince1970 == kept)
            #expect(RevocationEntry(bytes([entry])[...]) == entry)
        }
    }

    @Test func `reads a message as it was written`() throws {
        let start = RevocationPosition.start(of: feed)
        for entries in [[], try entries()] {
            let message = RevocationMessage(after: start, of: issuer, for: try audience(), entries: entries, at: now)
            #expect(try RevocationMessage(object(message.json)) == message)
            #expect(start.isFollowed(by: message))
            #expect(try object(message.json)["entries"] == nil || !entries.isEmpty)
        }
    }

    @Test func `fits into what any signed message may take`() throws {
        let count = RevocationMessage.maximumEntryBytes / RevocationEntry.lengths.counter
        let entry = try #require(RevocationEntry(RevocationName(.subject, "u", of: issuer), value: 1, until: now))
        let longest = "https://" + String(repeating: "a", count: 504)
        let message = RevocationMessage(
            after: .start(of: feed), of: longest, for: try ResourceIndicator(longest),
            entries: [RevocationEntry](repeating: entry, count: count), at: now)
        let signer = JWTSigner(try SigningKey.generate(.ES256), type: RevocationMessage.type)
        let text = try signer.sign(message.json)
        #expect(text.utf8.count <= CompactJWS.maximumBytes)
        #expect(throws: Never.self) { try UnverifiedJWT(text) }
    }

    @Test(
        arguments: [
            ("iss", nil), ("iss", .string("")), ("iss", .integer(1)), ("aud", nil), ("aud", .string("api")),
            ("aud", .array([.string("https://api.example")])), ("iat", .string("1")), ("iat", .integer(-1)),
            ("feed", nil),
            ("feed", .string("AAECAwQFBgcICQoLDA0OD")), ("feed", .string("AAECAwQFBgcICQoLDA0OD:")),
            ("seq", .integer(0)),
            ("seq", .integer(-1)), ("seq", .string("1")), ("prev", .string("")), ("prev", nil), ("entries", .null),
            ("entries", .string("")), ("entries", .string("=")),
            ("entries", .string(String(repeating: "A", count: 9_560))),
        ] as [(String, JSONValue?)])
    func `refuses a message with a claim that it cannot have`(_ claim: String, _ value: JSONValue?) throws {
        let message = RevocationMessage(
            after: .start(of: feed), of: issuer, for: try audience(), entries: try entries(), at: now)
        #expect(throws: RevocationFormatError.invalidClaim(claim)) {
            try RevocationMessage(object(message.json, setting: claim, to: value))
        }
    }

    @Test func `links each message to the text of the one before`() throws {
        let start = RevocationPosition.start(of: feed)
        let first = RevocationMessage(after: start, of: issuer, for: try audience(), at: now)
        let next = start.after(first, text: "the text")
        let second = RevocationMessage(after: next, of: issuer, for: try audience(), at: now)
        #expect(next.isFollowed(by: second))
        #expect(second.sequence == 2)
        #expect(!start.isFollowed(by: second))
        #expect(!next.isFollowed(by: first))
        #expect(!start.after(first, text: "the texT").isFollowed(by: second))
        #expect(!RevocationPosition.start(of: "AQECAwQFBgcICQoLDA0ODw").isFollowed(by: first))
        let last = RevocationPosition(feed: feed, sequence: .max, link: next.link)
        #expect(!last.isFollowed(by: second))
    }

    @Test func `names an event by chain and number`() throws {
        let id = try #require(RevocationPosition.parse(eventID: feed + ":12"))
        #expect(id == (feed, 12))
        #expect(RevocationPosition(feed: feed, sequence: 12, link: "").eventID == feed + ":12")
        for text in [
            "", ":", "12", feed, feed + ":", feed + ":+1", feed + ":01", feed + ":-1", feed + ":1:1", "x:1",
            feed + ":99999999999999999999",
        ] {
            #expect(RevocationPosition.parse(eventID: text) == nil)
        }
    }

    @Test func `binds the entries of a snapshot to its head`() throws {
        let bytes = bytes(try entries())
        var summary = RevocationEntriesSummary()
        try summary.take(bytes)
        let head = RevocationSnapshot(
            of: issuer, for: try audience(), at: .start(of: feed), entries: summary, issuedAt: now)
        #expect(try RevocationSnapshot(object(head.json)) == head)
        #expect(head.count == 3 && head.size == 79)

        func check(_ bytes: [UInt8]) throws {
            var summary = RevocationEntriesSummary()
            try summary.take(bytes)
            try summary.check(against: head)
        }
        try check(bytes)
        #expect(throws: RevocationFormatError.wrongLength) { try check(Array(bytes.dropLast())) }
        #expect(throws: RevocationFormatError.wrongLength) { try check(Array(bytes.dropLast(29))) }
        #expect(throws: RevocationFormatError.wrongLength) { try check(bytes + bytes.prefix(21)) }
        for index in [1, 20, 30, 77] {
            var changed = bytes
            changed[index] ^= 1
            #expect(throws: RevocationFormatError.wrongDigest) { try check(changed) }
        }
    }

    @Test(
        arguments: [
            ("seq", .integer(-1)), ("count", .integer(-1)), ("count", nil), ("count", .integer(4)),
            ("size", .integer(-1)),
            ("size", .integer(62)), ("digest", .string("AA")), ("digest", nil), ("feed", .string("")), ("aud", .null),
        ] as [(String, JSONValue?)])
    func `refuses a head with a claim that it cannot have`(_ claim: String, _ value: JSONValue?) throws {
        var summary = RevocationEntriesSummary()
        try summary.take(bytes(try entries()))
        let head = RevocationSnapshot(
            of: issuer, for: try audience(), at: .start(of: feed), entries: summary, issuedAt: now)
        let named = claim == "count" && value == .integer(4) ? "size" : claim
        #expect(throws: RevocationFormatError.invalidClaim(named)) {
            try RevocationSnapshot(object(head.json, setting: claim, to: value))
        }
    }

    @Test func `tells the length of a head that a reader takes`() {
        #expect(RevocationSnapshot.headLength(RevocationSnapshot.prefix(head: "abc").prefix(4)) == 3)
        #expect(RevocationSnapshot.prefix(head: "abc") == [0, 0, 0, 3, 0x61, 0x62, 0x63])
        for prefix in [[], [0, 0, 0], [0, 0, 0, 0], [0, 0, 0x40, 1], [0xFF, 0xFF, 0xFF, 0xFF], [0, 0, 0, 1, 0]]
            as [[UInt8]]
        {
            #expect(RevocationSnapshot.headLength(prefix[...]) == nil)
        }
    }
}
