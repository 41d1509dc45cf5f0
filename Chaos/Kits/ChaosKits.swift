import Foundation
import JOSE
import OAuth
import OAuthTransport
import ResourceServer

/// Kits that follow a revocation feed and judge tokens as an API does, in one program: says when each first refuses each
/// token. The fault of the chaos tools that revokes them measures with it.
///
/// It is told on standard input: a line of JSON, then a token on each line, then an empty line. It answers `ready` once all
/// kits accept all tokens, then `refused KIT TOKEN NANOSECONDS` (of the clock that only counts), about each quarter of a
/// second `judged ACCEPTED UNAVAILABLE` of one round, and whatever the state of the revocations becomes. It ends when
/// all is refused.
@main
struct ChaosKits {
    private struct Orders: Decodable {
        let issuer: String
        let audience: String
        let id: String
        let secret: String
        let kits: Int
        let bound: Int
        let mode: String
    }

    private enum Verdict { case accepted, revoked, unknown }

    static func main() async throws {
        guard let line = readLine(), let orders = try? JSONDecoder().decode(Orders.self, from: Data(line.utf8)),
            let issuer = Issuer(orders.issuer), let mode = StaleMode(rawValue: orders.mode)
        else { exit(64) }
        let audience = try ResourceIndicator(orders.audience)
        var tokens: [String] = []
        while let token = readLine(), !token.isEmpty { tokens.append(token) }
        // More connections than anybody needs for one API: each kit holds one.
        let transport = try AsyncHTTPTransport(connections: 4096)
        let feed = RevocationFeed(
            issuer: issuer, audience: audience, resource: ClientID(unchecked: orders.id), secret: Secret(orders.secret))
        let readers = (0..<orders.kits).map { number in
            RevocationFeedReader(
                feed, policy: RevocationPolicy(mode: mode, bound: .seconds(orders.bound)), transport: transport,
                streams: transport, clock: ReaderClock(ContinuousClock(), now: now)
            ) { say("state \(number) \($0)") }
        }
        let kits = readers.map { reader in
            let keys = KeyCache {
                let answer = try await transport.send(TransportRequest(get: issuer.url(of: .keySet)))
                return KeyCache.Download(keySet: try JWKSet(parsing: answer.body), lifetime: answer.headers.lifetime)
            }
            let validator = AccessTokenValidator(issuer: issuer, audience: audience, keys: keys)
            return AccessGuard(validator, revocations: reader)
        }
        await withTaskGroup(of: Void.self) { group in
            for reader in readers { group.addTask { await reader.run() } }
            group.addTask { [tokens] in await watch(kits, tokens) }
            await group.next()
            group.cancelAll()
        }
        try await transport.shutdown()
    }

    private static func watch(_ kits: [AccessGuard], _ tokens: [String]) async {
        let all = kits.indices.flatMap { kit in tokens.indices.map { (kit: kit, token: $0) } }
        for (kit, token) in all {
            while await verdict(kits[kit], tokens[token]) != .accepted { try? await Task.sleep(for: .milliseconds(5)) }
        }
        say("ready")
        var left = all
        var lastSaid: UInt64 = 0
        while !left.isEmpty {
            var next: [(kit: Int, token: Int)] = []
            var unavailable = 0
            for (kit, token) in left {
                switch await verdict(kits[kit], tokens[token]) {
                case .accepted: next.append((kit, token))
                // Refused because nothing recent is known is not refused because it was revoked.
                case .unknown:
                    next.append((kit, token))
                    unavailable += 1
                case .revoked: say("refused \(kit) \(token) \(uptime())")
                }
            }
            left = next
            if uptime() - lastSaid > 250_000_000 {
                lastSaid = uptime()
                say("judged \(next.count - unavailable) \(unavailable)")
            }
            try? await Task.sleep(for: .milliseconds(1))
        }
        say("done")
    }

    private static func say(_ line: String) { FileHandle.standardOutput.write(Data((line + "\n").utf8)) }

    private static func verdict(_ kit: AccessGuard, _ token: String) async -> Verdict {
        do throws(AccessRefusal) {
            _ = try await kit.admit(authorization: ["Bearer " + token], at: now())
            return .accepted
        } catch { return error == .invalidToken(.revoked) ? .revoked : .unknown }
    }

    @Sendable private static func now() -> NumericDate {
        NumericDate(secondsSince1970: Int64(Date().timeIntervalSince1970))
    }

    private static func uptime() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}
