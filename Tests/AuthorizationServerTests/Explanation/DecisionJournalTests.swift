import AuthorizationServer
import JOSE
import OAuth
import Testing

@Suite struct `The journal of decisions` {
    private static let start = Issuance.start

    private func journal(entries: Int = 100, age: Int64 = 3600) -> DecisionJournal {
        var policy = ExplainPolicy()
        policy.entries = entries
        policy.age = age
        return DecisionJournal(policy, secrets: .system)
    }

    private func refusal(
        _ check: Check, request: String = "r", endpoint: String = "token", at: NumericDate = start,
        evidence: Evidence = .none
    ) -> Refusal {
        Refusal(
            of: endpoint, reason: check.rawValue, client: ClientID(unchecked: "svc"),
            caller: Caller(address: "192.0.2.1", requestID: request), at: at, evidence: evidence)
    }

    @Test func `finds a refusal by its own name and by that of its request`() throws {
        let journal = journal()
        let first = journal.record(refusal(.clientSecretWrong, request: "r1"))
        let second = journal.record(refusal(.tokenExpired, request: "r2"))
        #expect(journal.decision(first, at: Self.start)?.check == .clientSecretWrong)
        #expect(journal.decision(ofRequest: "r2", at: Self.start)?.id == second)
        #expect(journal.decision(ofRequest: "r3", at: Self.start) == nil)
        #expect(DecisionID(first.rawValue) == first)
        for wrong in ["", "d_", first.rawValue + "A", "x" + first.rawValue.dropFirst(), "d_!!!!!!!!!!!!!!!!"] {
            #expect(DecisionID(wrong) == nil)
        }
    }

    @Test func `loses of a flood the flood, and nothing else`() {
        let journal = journal(entries: 50)
        for index in 0..<5 { journal.record(refusal(.tokenExpired, request: "kept\(index)")) }
        for index in 0..<10_000 { journal.record(refusal(.clientUnknown, request: "flood\(index)")) }
        #expect(journal.count == 50)
        for index in 0..<5 { #expect(journal.decision(ofRequest: "kept\(index)", at: Self.start) != nil) }
        #expect(journal.decision(ofRequest: "flood0", at: Self.start) == nil)
        #expect(journal.decision(ofRequest: "flood9999", at: Self.start) != nil)
        // Another kind gets its share of what the flood had.
        for index in 0..<30 { journal.record(refusal(.audienceWrong, request: "other\(index)")) }
        #expect(journal.count == 50)
        for index in 10..<30 { #expect(journal.decision(ofRequest: "other\(index)", at: Self.start) != nil) }
        for index in 0..<5 { #expect(journal.decision(ofRequest: "kept\(index)", at: Self.start) != nil) }
    }

    @Test func `forgets what is too old, at once for readers and later for good`() {
        let journal = journal(age: 60)
        let old = journal.record(refusal(.tokenExpired, request: "old"))
        let later = Self.start + .seconds(60)
        journal.record(refusal(.tokenExpired, request: "new", at: later))
        #expect(journal.decision(old, at: later - .seconds(1)) != nil)
        #expect(journal.decision(old, at: later) == nil)
        #expect(journal.decisions(DecisionQuery(), at: later).map(\.requestID) == ["new"])
        #expect(journal.count == 2)
        journal.prune(at: later)
        #expect(journal.count == 1)
    }

    @Test func `lists pages, newest first, of what is asked for`() {
        let journal = journal(entries: 1000)
        let checks: [Check] = [.tokenExpired, .clientUnknown, .audienceWrong]
        for index in 0..<90 {
            journal.record(
                refusal(
                    checks[index % 3], request: "r\(index)", endpoint: index % 2 == 0 ? "token" : "userinfo",
                    at: Self.start + .seconds(Int64(index))))
        }
        let now = Self.start + .seconds(100)
        var query = DecisionQuery()
        query.limit = 20
        var seen: [String] = []
        while true {
            let page = journal.decisions(query, at: now)
            seen += page.map(\.requestID)
            guard page.count == 20, let last = page.last else { break }
            query.before = last.number
        }
        #expect(seen == (0..<90).reversed().map { "r\($0)" })

        var narrow = DecisionQuery()
        narrow.check = Check.audienceWrong.rawValue
        narrow.endpoint = "token"
        narrow.since = Self.start + .seconds(10)
        narrow.until = Self.start + .seconds(30)
        #expect(journal.decisions(narrow, at: now).map(\.requestID) == ["r26", "r20", "r14"])
        narrow.client = ClientID(unchecked: "somebody-else")
        #expect(journal.decisions(narrow, at: now).isEmpty)
    }

    @Test func `never keeps a secret, whatever a request puts where`() throws {
        let journal = journal(entries: 10_000)
        let secret = SecretGenerator.system.secret(.clientSecret)
        let jwt = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJlLWJ5dGVz"
        let texts = [
            secret.revealedValue, "client_id \(secret.revealedValue)",
            "aud https://a.example/?t=\(secret.revealedValue)",
            "scope \(jwt)", String(repeating: "x", count: 100) + jwt,
        ]
        for (index, text) in texts.enumerated() {
            for check in Check.allCases {
                let id = journal.record(
                    refusal(check, request: "r\(index)", evidence: Evidence(text, expected: text)))
                let decision = try #require(journal.decision(id, at: Self.start))
                for shown in [decision.found, decision.expected] + decision.sentences.map(\.text) {
                    #expect(!shown.contains(secret.revealedValue.dropFirst(4)), "\(check)")
                    #expect(!shown.contains("c2lnbmF0dXJl"), "\(check)")
                }
            }
        }
        // Of what proves something not even a harmless looking value.
        for check in Check.allCases where check.sight == .measure {
            let id = journal.record(refusal(check, evidence: Evidence("hunter2")))
            #expect(journal.decision(id, at: Self.start)?.found == "a value of 7 bytes, which is not kept")
        }
        let odd = journal.record(refusal(.clientUnknown, evidence: Evidence("a\u{1B}[31mb\nc \u{202E}d")))
        let shown = try #require(journal.decision(odd, at: Self.start)).found
        #expect(shown.utf8.allSatisfy { (0x20...0x7E).contains($0) })
        let long = journal.record(refusal(.clientUnknown, evidence: Evidence(String(repeating: "ab ", count: 9999))))
        #expect(try #require(journal.decision(long, at: Self.start)).found.utf8.count <= 300)
    }
}
