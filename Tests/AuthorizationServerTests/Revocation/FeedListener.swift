import AuthorizationServer
import JOSE
import OAuth
import Storage
import Testing

/// Follows one chain as a reader does, and checks of every message what a reader checks.
final class FeedListener {
    enum Fault: Error { case unproven, outOfOrder, resync }

    let provider: OpenIDProvider
    let reader: FeedReader
    private(set) var position: RevocationPosition
    private(set) var values: [RevocationName: Int64] = [:]
    private(set) var messages: [RevocationMessage] = []

    /// Begins with a snapshot, as every reader does.
    init(_ provider: OpenIDProvider, _ resource: String, at now: NumericDate = Issuance.start) async throws {
        self.provider = provider
        let answer = try await provider.feedSnapshot(
            from: Issuance.basic(resource), caller: Issuance.caller, at: now)
        reader = try await provider.feedReader(from: Issuance.basic(resource), caller: Issuance.caller, at: now)
        let bytes = answer.response.bytes
        let length = try #require(RevocationSnapshot.headLength(bytes.prefix(4)))
        let text = String(decoding: bytes[4..<(4 + length)], as: UTF8.self)
        let head = try RevocationSnapshot(
            Self.verified(text, by: provider, type: RevocationSnapshot.type, at: now).claims)
        #expect(head.issuer == provider.issuer.rawValue && head.audience == reader.audience)
        #expect(bytes.count == answer.response.length)
        position = head.position
        var summary = RevocationEntriesSummary()
        var entries: [RevocationEntry] = []
        try summary.take(Array(bytes[(4 + length)...])) { entries.append($0) }
        try summary.check(against: head)
        take(entries)
    }

    static func verified(
        _ text: String, by provider: OpenIDProvider, type: String, at now: NumericDate
    ) throws -> VerifiedJWT {
        let jwt = try UnverifiedJWT(text)
        let set = try JWKSet(JSONObject(parsing: provider.feedKeySetDocument().body))
        guard let key = set.verificationKeys(for: jwt.header).first else { throw Fault.unproven }
        return try jwt.verified(by: key, type: .exactly(type))
    }

    /// All that was sent since; returns the new entries.
    @discardableResult
    func listen(at now: NumericDate = Issuance.start) throws -> [RevocationEntry] {
        var new: [RevocationEntry] = []
        while true {
            let sent: [FeedMessage]
            switch reader.messages(after: position.sequence, of: position.feed) {
            case .messages(let some): sent = some
            case .ended: return new
            case .resync: throw Fault.resync
            }
            if sent.isEmpty { return new }
            for message in sent {
                let jwt = try Self.verified(message.text, by: provider, type: RevocationMessage.type, at: now)
                let read = try RevocationMessage(jwt.claims)
                guard position.isFollowed(by: read) else { throw Fault.outOfOrder }
                #expect(read.audience == reader.audience && read.issuer == provider.issuer.rawValue)
                position = position.after(read, text: message.text)
                messages.append(read)
                take(read.entries)
                new += read.entries
            }
        }
    }

    private func take(_ entries: [RevocationEntry]) {
        for entry in entries { values[entry.name] = max(values[entry.name] ?? 0, entry.value) }
    }

    func verdict(on claims: AccessTokenClaims, keyID: String? = nil) -> RevocationVerdict {
        RevocationVerdict(of: RevocationNames(claims, keyID: keyID, by: naming)) { values[$0] ?? 0 }
    }

    /// The value that was told of a counter.
    func value(_ key: EpochKey) -> Int64? { values[naming.name(RevocationName(key, of: provider.issuer))] }

    private var naming: RevocationNaming { RevocationNaming(at: reader.audience) }
}

extension RevocationList {
    /// As if a token that hangs from all of these had gone to the resource.
    func note(_ keys: [EpochKey], at resource: ResourceIndicator = Issuance.jwtAPI, now: NumericDate = Issuance.start) {
        feed.places.note(keys.map { RevocationName($0, of: feed.issuer) }, at: [resource], now: now)
    }
}

extension Issuance {
    var feed: RevocationFeed { provider.revocations.feed }

    /// Something ends of which the resource with JWTs has a token.
    func tell(_ client: String = "c", at now: NumericDate = Issuance.start) {
        let key = EpochKey.client(ClientID(unchecked: client))
        provider.revocations.note([key])
        provider.revocations.apply([key: 1], at: now)
    }
}
