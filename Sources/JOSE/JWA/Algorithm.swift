/// The signature algorithms that exist here (RFC 7518 §3.1, RFC 8037 §3.1); neither `none` nor any HMAC is among them.
public enum Algorithm: String, CaseIterable, Hashable, Sendable {
    case ES256
    case ES384
    case EdDSA
    case RS256
    case PS256
}
