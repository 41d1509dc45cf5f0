package import JOSE
import OAuth
package import Storage

/// A key that signs the revocation feed and nothing else, ready for use.
///
/// It stands apart from the keys of tokens, in the ring and in what is published: a token that it signed would be verified
/// by nobody, and whoever has a token key cannot forge the feed.
package final class FeedSigningKey: Sendable {
    package let record: KeyRecord
    package let verificationKey: VerificationKey
    let messageSigner: JWTSigner
    let snapshotSigner: JWTSigner

    init(record: KeyRecord, key: SigningKey) {
        self.record = record
        verificationKey = key.verificationKey
        messageSigner = JWTSigner(key, type: RevocationMessage.type)
        snapshotSigner = JWTSigner(key, type: RevocationSnapshot.type)
    }
}
