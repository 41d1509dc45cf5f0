import Gateway
import JOSE
import NIOCore
import Testing

@Suite(.timeLimit(.minutes(5))) struct RateLimitTests {
    @Test func `fills a bucket again as time passes, and never beyond its limit`() throws {
        let limit = try #require(RateLimit(.token, count: 4, window: 60))
        let start = NIODeadline.uptimeNanoseconds(1_000_000_000_000)
        var bucket = TokenBucket(full: limit, at: start)
        for left in [3, 2, 1, 0] {
            let isTaken = bucket.take(limit, at: start)
            #expect(isTaken && bucket.remaining(limit) == left)
        }
        let fifth = bucket.take(limit, at: start)
        #expect(!fifth)
        #expect(bucket.wait(limit) == 15 && bucket.refill(limit) == 60)
        let (early, late) = (
            bucket.take(limit, at: start + .seconds(14)), bucket.take(limit, at: start + .seconds(15))
        )
        #expect(!early && late)
        #expect(!bucket.isFull(limit, at: start + .seconds(60)) && bucket.isFull(limit, at: start + .hours(1)))
        // A clock that is behind gives nothing.
        let before = bucket.take(limit, at: start)
        let after = bucket.take(limit, at: start + .hours(1))
        #expect(!before && after && bucket.remaining(limit) == 3)
    }

    @Test func `reads limits as an operator writes them`() throws {
        let limit = try #require(RateLimit("100/60s per token"))
        #expect(limit.scope == .token && limit.count == 100 && limit.window == 60)
        #expect(RateLimit("10000/86400s per client")?.scope == .client)
        for text in [
            "", "100/60s", "100/60 per token", "100 per token", "0/60s per token", "1/0s per token", "-1/60s per token",
            "1/60s per user", "1/60s  per token", "99999999999/1s per token", "1.5/60s per token", "1/60s per token x",
        ] { #expect(RateLimit(text) == nil, "\(text)") }
    }

    @Test func `refuses one token too many requests, tells how many are left, and serves the other`() async throws {
        let upstream = try await RecordingUpstream()
        let limits = [
            try #require(RateLimit(.token, count: 2, window: 3_600)),
            try #require(RateLimit(.client, count: 3, window: 3_600)),
        ]
        let gateway = try await LiveGateway(upstream: upstream.port) { _ in
        } policy: {
            $0.limits = limits
        }
        func ask(_ token: String) async throws -> String {
            try await gateway.exchange(
                "GET /files/a HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAuthorization: Bearer \(token)\r\n\r\n")
        }
        let first = try gateway.crafted.token()
        let second = try gateway.crafted.token([("jti", .string("t2"))])
        let third = try gateway.crafted.token([("jti", .string("t3")), ("client_id", .string("other"))])
        let answer = try await ask(first)
        #expect(answer.contains(#"ratelimit-policy: "token";q=2;w=3600, "client";q=3;w=3600"#))
        #expect(answer.contains(#"ratelimit: "token";r=1;t="#))
        #expect(try await ask(first).contains(" 200 "))
        let refused = try await ask(first)
        #expect(refused.hasPrefix("HTTP/1.1 429 Too Many Requests\r\n"))
        #expect(refused.contains("retry-after: 1") && refused.contains(#""token";r=0"#))
        // The client has used its three, whichever token it shows; another client has its own.
        #expect(try await ask(second).contains(" 429 "))
        #expect(try await ask(third).contains(" 200 "))
        #expect(upstream.requests.count == 3)
        try await gateway.stop()
        try await upstream.stop()
    }

    @Test func `holds no more callers than it has room for, and gives the others one bucket together`() async throws {
        let upstream = try await RecordingUpstream()
        let limit = try #require(RateLimit(.token, count: 1, window: 3_600))
        let gateway = try await LiveGateway(upstream: upstream.port, capacity: 2) { _ in
        } policy: {
            $0.limits = [limit]
        }
        var answers: [Bool] = []
        for index in 0..<5 {
            let token = try gateway.crafted.token([("jti", .string("t\(index)"))])
            let answer = try await gateway.exchange(
                "GET /files/a HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAuthorization: Bearer \(token)\r\n\r\n")
            answers.append(answer.contains(" 200 "))
        }
        #expect(answers == [true, true, true, false, false])
        try await gateway.stop()
        try await upstream.stop()
    }
}
