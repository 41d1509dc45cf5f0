import Crypto
import JOSE
import OAuth
import Storage

/// Compresses and signs status lists, each at most once a second and only when there is something new to say.
actor StatusListTokens {
    private struct Signed {
        let document: Document
        let version: UInt64
        let key: KeyID
        let issuedAt: NumericDate
    }

    private let lists: StatusLists
    private let keys: KeyRing
    private var signed: [String: Signed] = [:]

    init(lists: StatusLists, keys: KeyRing) {
        self.lists = lists
        self.keys = keys
    }

    /// The token of a list; `nil` if there is no such list. Throws if no key may sign.
    func document(of list: String, at now: NumericDate) throws -> Document? {
        guard let version = lists.version(of: list) else {
            signed[list] = nil
            return nil
        }
        // RFC 7515 §4.1.4: found through the key set of tokens, so a key of tokens signs it.
        guard let key = keys.snapshot.statusListSigner(at: now) else { throw StoreError.busy }
        if let known = signed[list], known.key == key.record.id, isGood(known, version, at: now) {
            let left = known.document.maxAge - (now - known.issuedAt).components.seconds
            return Document(body: known.document.body, etag: known.document.etag, maxAge: max(0, left))
        }
        let document = try sign(list, with: key, at: now)
        if signed.count > lists.counts.lists { signed = [:] }
        signed[list] = document
        return document?.document
    }

    /// Within a second many revocations cost one compression.
    private func isGood(_ known: Signed, _ version: UInt64, at now: NumericDate) -> Bool {
        let age = (now - known.issuedAt).components.seconds
        guard age != 0 else { return true }
        return version == known.version && (0..<max(1, lists.policy.timeToLive / 2)).contains(age)
    }

    private func sign(_ list: String, with key: IssuerSigningKey, at now: NumericDate) throws -> Signed? {
        guard let (bits, version) = lists.content(of: list) else { return nil }
        guard let compressed = Compression.compressed(bits) else { throw StoreError.busy }
        let life = lists.policy.timeToLive
        let token = StatusListToken(
            issuer: lists.issuer.rawValue, subject: lists.url(of: list), issuedAt: now,
            // Long enough for a verifier that keeps it as long as it may and whose clock is early.
            expiresAt: now + .seconds(life + life / 2 + 60), timeToLive: life, compressed: compressed)
        let body = Array(try key.statusListSigner.sign(token.json).utf8)
        let etag = "\"\(Base64URL.encode(Array(SHA256.hash(data: body).prefix(16))))\""
        return Signed(
            document: Document(body: body, etag: etag, maxAge: life), version: version, key: key.record.id,
            issuedAt: now)
    }
}

extension KeyRing.Snapshot {
    /// The youngest key that may sign now; ES256 before others, because every verifier knows it.
    fileprivate func statusListSigner(at now: NumericDate) -> IssuerSigningKey? {
        signer(.ES256, at: now) ?? signing.last { $0.record.mayMakeTokens(at: now) }
    }
}
