import JOSE
import OAuth
import ResourceServer
import Synchronization
import Testing

/// A revocation feed whose every message a test makes as it likes: the chain of an issuer, on one machine with nobody.
struct CraftedFeed {
    static let resource = CraftedIssuer.resource
    let key: SigningKey
    let issuer: Issuer
    private(set) var position: RevocationPosition
    private(set) var entries: [RevocationEntry] = []
    /// All messages of this chain as they were sent.
    private(set) var texts: [String] = []

    init(_ crafted: CraftedIssuer, key: SigningKey? = nil, named name: UInt8 = 1) throws {
        self.key = try key ?? SigningKey.generate(.ES256)
        issuer = crafted.issuer
        position = RevocationPosition.start(of: Self.name(name))
    }

    static func name(_ number: UInt8) -> String { Base64URL.encode([UInt8](repeating: number, count: 16)) }

    var keySet: JWKSet { JWKSet(keys: [key.privateJWK.publicKey]) }

    static let naming = RevocationNaming(at: resource)

    static func name(_ kind: RevocationName.Kind, _ name: String) -> RevocationName {
        naming.name(RevocationName(kind, name, of: CraftedIssuer.text))
    }

    static func entry(
        _ kind: RevocationName.Kind, _ name: String, value: Int64 = RevocationEntry.ended,
        until: NumericDate = CraftedIssuer.now + .seconds(3600)
    ) throws -> RevocationEntry {
        try #require(RevocationEntry(self.name(kind, name), value: value, until: until))
    }

    /// What the next message says, for tests that change it before it is signed.
    func following(_ new: [RevocationEntry] = [], at now: NumericDate = CraftedIssuer.now) -> RevocationMessage {
        RevocationMessage(after: position, of: issuer.rawValue, for: Self.resource, entries: new, at: now)
    }

    func signed(
        _ message: RevocationMessage, by other: SigningKey? = nil, type: String = RevocationMessage.type
    ) throws -> String {
        try JWTSigner(other ?? key, type: type).sign(message.json)
    }

    /// The next message of the chain.
    @discardableResult mutating func send(
        _ new: [RevocationEntry] = [], at now: NumericDate = CraftedIssuer.now
    ) throws -> String {
        let message = following(new, at: now)
        let text = try signed(message)
        position = position.after(message, text: text)
        entries += new
        texts.append(text)
        return text
    }

    static func bytes(_ entries: [RevocationEntry]) -> [UInt8] {
        var bytes: [UInt8] = []
        for entry in entries { entry.append(to: &bytes) }
        return bytes
    }

    func head(at now: NumericDate = CraftedIssuer.now) throws -> RevocationSnapshot {
        var summary = RevocationEntriesSummary()
        try summary.take(Self.bytes(entries))
        return RevocationSnapshot(
            of: issuer.rawValue, for: Self.resource, at: position, entries: summary, issuedAt: now)
    }

    /// All there is, as a snapshot.
    func snapshot(
        at now: NumericDate = CraftedIssuer.now, by other: SigningKey? = nil, type: String = RevocationSnapshot.type,
        changing change: (inout RevocationSnapshot) -> Void = { _ in }
    ) throws -> [UInt8] {
        var head = try head(at: now)
        change(&head)
        let text = try JWTSigner(other ?? key, type: type).sign(head.json)
        return RevocationSnapshot.prefix(head: text) + Self.bytes(entries)
    }
}

/// Time that passes when a test says so; who sleeps wakes when it has come.
final class SetClock: Clock {
    struct Instant: InstantProtocol {
        let offset: Duration
        func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
        func duration(to other: Instant) -> Duration { other.offset - offset }
        static func < (left: Instant, right: Instant) -> Bool { left.offset < right.offset }
    }

    private let time = Mutex((uptime: Duration.zero, now: CraftedIssuer.now))

    var now: Instant { Instant(offset: time.withLock { $0.uptime }) }
    var minimumResolution: Duration { .zero }

    /// Polls, so that nobody has to be woken.
    func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        while now < deadline { try await Task.sleep(for: .milliseconds(1)) }
    }

    /// Both clocks go on.
    func advance(_ duration: Duration) {
        time.withLock { $0 = ($0.uptime + duration, $0.now + duration) }
    }

    /// Somebody sets the calendar clock.
    func set(_ now: NumericDate) { time.withLock { $0.now = now } }

    var date: NumericDate { time.withLock { $0.now } }
    var reader: ReaderClock { ReaderClock(self) { self.date } }
}
