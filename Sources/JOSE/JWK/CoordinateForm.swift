/// How the coordinates of a public elliptic-curve key may be written.
public enum CoordinateForm: Sendable {
    /// The full length of the curve (RFC 7518 §6.2.1.2): 32 octets on P-256, 48 on P-384.
    case exact
    /// Also as a number with the fewest octets, as some libraries write the keys of one client in a hundred. The key that
    /// is read has the full form. For public keys of others only: what is private is always read as ``exact``.
    case leadingZeroesMayBeMissing
}
