import JOSE
import OAuth
import Storage

/// What goes on signing for a resource until a key of its new algorithm may.
extension ProtectedResource {
    mutating func keepFormerAlgorithm(of old: ProtectedResource, _ keys: KeyRing.Snapshot, at now: NumericDate) {
        // Nobody verified what was sealed.
        guard old.tokenFormat == .jwt else { return }
        formerSigningAlgorithm = keys.former(
            old.signingAlgorithm, after: old.formerSigningAlgorithm, changedTo: signingAlgorithm, at: now)
    }
}

/// The same for a client.
extension RelyingParty {
    mutating func keepFormerAlgorithms(of old: RelyingParty?, _ keys: KeyRing.Snapshot, at now: NumericDate) {
        guard let old else { return }
        formerIDTokenAlgorithm = keys.former(
            old.idTokenAlgorithm, after: old.formerIDTokenAlgorithm, changedTo: idTokenAlgorithm, at: now)
        guard let before = old.userInfoAlgorithm, let userInfoAlgorithm else { return }
        formerUserInfoAlgorithm = keys.former(
            before, after: old.formerUserInfoAlgorithm, changedTo: userInfoAlgorithm, at: now)
    }
}
