import Crypto
import Foundation
import JOSE
import OAuth
import ResourceServer

/// What it costs an API to judge a token with the kit, in CPU microseconds: one that it has seen (cached), and one that
/// it has not (cold), beside the bare verification of the same signatures.
///
/// All is on that an API has on: the keys come from a cache, revocations from a reader that has followed a feed and
/// knows a million names. Bare and cold run in turns, and the median of the paired ratios counts. Each turn has other
/// signatures, as the tokens of an API are: a processor that sees one again and again learns its branches.
func kitBenchmark() async {
    do {
        let kit = try await BenchmarkedKit()
        var (bareTimes, coldTimes, cachedTimes): ([Double], [Double], [Double]) = ([], [], [])
        let calls = 10
        var unseen = kit.tokens[BenchmarkedKit.seen...]
        while unseen.count >= calls {
            let new = Array(unseen.prefix(calls))
            unseen = unseen.dropFirst(calls)
            var (cold, seen) = (0, 0)
            let isBareFirst = bareTimes.count.isMultiple(of: 2)
            let messages = try new.map { try BareMessage($0[0]) }
            func measureBare() throws {
                var message = 0
                bareTimes.append(
                    try microseconds(of: calls) {
                        guard messages[message].isSigned(by: kit.publicKey) else { throw BenchmarkFailure() }
                        message += 1
                    })
            }
            if isBareFirst { try measureBare() }
            let coldTime = try await microseconds(of: calls) {
                try await kit.admit(new[cold])
                cold += 1
            }
            if !isBareFirst { try measureBare() }
            let cachedTime = try await microseconds(of: BenchmarkedKit.seen) {
                try await kit.admit(kit.tokens[seen])
                seen += 1
            }
            coldTimes.append(coldTime)
            cachedTimes.append(cachedTime)
        }
        // The first turns fill what all use.
        let warm = 50
        let ratio = median(zip(coldTimes, bareTimes).dropFirst(warm).map { $0 / $1 })
        print(
            "kit cached \(text(median(Array(cachedTimes.dropFirst(warm)))))",
            "cold \(text(median(Array(coldTimes.dropFirst(warm)))))",
            "bare \(text(median(Array(bareTimes.dropFirst(warm))))) ratio \(text(ratio))")
    } catch {
        print("kit benchmark failed: \(error)")
    }
}

/// A kit as an API has it, and tokens for it.
private struct BenchmarkedKit {
    /// Tokens that are used again and again.
    static let seen = 100
    private static let unseen = 12_000
    private static let resource = ResourceIndicator(unchecked: "https://api.example")

    let publicKey: P256.Signing.PublicKey
    /// Each as the value of an `Authorization` field, the repeated ones first.
    let tokens: [[String]]
    private let admission: AccessGuard
    private let rule: AccessRule

    init() async throws {
        guard let issuer = Issuer("https://id.example") else { throw BenchmarkFailure() }
        let key = try SigningKey.generate(.ES256)
        publicKey = try P256.Signing.PrivateKey(
            rawRepresentation: Base64URL.decode(key.privateJWK.json.string("d") ?? "")
        ).publicKey
        let signer = JWTSigner(key, type: "at+jwt")
        let texts = try (0..<Self.seen + Self.unseen).map { try signer.sign(Self.claims($0)) }
        tokens = texts.map { ["Bearer " + $0] }
        let published = JWKSet(keys: [key.privateJWK.publicKey])
        let validator = AccessTokenValidator(
            issuer: issuer, audience: Self.resource,
            keys: KeyCache { KeyCache.Download(keySet: published, lifetime: .seconds(3600)) })
        admission = AccessGuard(validator, revocations: try await Self.reader(issuer))
        rule = AccessRule(scope: try Scope("orders.read"))
        for token in tokens.prefix(Self.seen) { try await admit(token) }
    }

    func admit(_ authorization: [String]) async throws {
        let token = try await admission.admit(authorization: authorization, rule: rule, at: ManyRevocations.now)
        guard token.expiresAt > ManyRevocations.now else { throw BenchmarkFailure() }
    }

    /// As our own issuer writes them.
    private static func claims(_ number: Int) -> [UInt8] {
        AccessTokenClaims(
            issuer: "https://id.example", subject: Subject(unchecked: "client-0123456789"),
            clientID: ClientID(unchecked: "client-0123456789"), audience: [resource],
            tokenID: TokenID(unchecked: "nkr3wdD5DgW7LV0lWv\(number)"),
            scope: Scope(unchecked: ["orders.read", "orders.write"]), issuedAt: ManyRevocations.now,
            expiresAt: ManyRevocations.now + .seconds(3600), grant: GrantID(unchecked: "nkr3wdD5DgW7LV0lWvJmNg"),
            epochs: TokenEpochs()
        ).json
    }

    /// A reader that has taken a snapshot of a million entries.
    private static func reader(_ issuer: Issuer) async throws -> RevocationFeedReader {
        let key = try SigningKey.generate(.ES256)
        let feed = RevocationFeed(
            issuer: issuer, audience: resource, resource: ClientID(unchecked: "api"), secret: Secret("secret"))
        let reader = RevocationFeedReader(
            feed, policy: RevocationPolicy(bound: .seconds(3600)),
            transport: FeedKeys(document: JWKSet(keys: [key.privateJWK.publicKey]).publicJSON.jsonBytes), streams: nil,
            clock: ReaderClock(ContinuousClock()) { ManyRevocations.now })
        var entries: [UInt8] = []
        var revocations = ManyRevocations()
        revocations.each { $0.append(to: &entries) }
        var summary = RevocationEntriesSummary()
        summary.append(entries, count: ManyRevocations.count)
        let head = RevocationSnapshot(
            of: issuer.rawValue, for: resource,
            at: RevocationPosition.start(of: Base64URL.encode([UInt8](repeating: 1, count: 16))), entries: summary,
            issuedAt: ManyRevocations.now)
        let text = try JWTSigner(key, type: RevocationSnapshot.type).sign(head.json)
        try await reader.take(snapshot: RevocationSnapshot.prefix(head: text) + entries)
        return reader
    }
}

/// What a token's signature is over, for the bare operation of the cryptographic library.
private struct BareMessage {
    private let text: [UInt8]
    private let signature: [UInt8]

    init(_ authorization: String) throws {
        let token = authorization.dropFirst("Bearer ".count)
        guard let dot = token.lastIndex(of: ".") else { throw BenchmarkFailure() }
        text = Array(token[..<dot].utf8)
        signature = try Base64URL.decode(String(token[token.index(after: dot)...]))
    }

    func isSigned(by key: P256.Signing.PublicKey) -> Bool {
        guard let value = try? P256.Signing.ECDSASignature(rawRepresentation: signature) else { return false }
        return key.isValidSignature(value, for: text)
    }
}

/// Answers every request with the keys of the feed.
private struct FeedKeys: HTTPTransport {
    let document: [UInt8]

    func send(_ request: TransportRequest) async throws -> TransportResponse {
        TransportResponse(status: 200, contentType: "application/json", body: document)
    }
}
