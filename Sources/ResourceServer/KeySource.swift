public import JOSE

/// Where the keys come from that sign the tokens of one issuer: a fixed set, or the one that it publishes.
public protocol KeySource: Sendable {
    /// The keys that may have signed a token with this header: of its algorithm and, if it names one, of that `kid`.
    ///
    /// Throws ``IssuerUnavailable`` if it cannot be known now.
    func keys(for header: JOSEHeader, at now: NumericDate) async throws(IssuerUnavailable) -> [VerificationKey]

    /// The same if it is known without waiting, `nil` if not.
    func knownKeys(for header: JOSEHeader, at now: NumericDate) -> [VerificationKey]?

    /// Another number whenever the keys are others: what was proved with earlier ones must be proved again.
    var version: UInt64 { get }

    /// Looks for newer keys soon, without waiting: the issuer no longer trusts the one of this `kid`. Not needed where keys
    /// never change.
    func renew(after keyID: String, at now: NumericDate)
}

extension KeySource {
    public func renew(after keyID: String, at now: NumericDate) {}
}

/// Keys that never change while the program runs.
public struct FixedKeys: KeySource {
    private let published: PublishedKeys

    public init(_ keySet: JWKSet) { published = PublishedKeys(keySet) }

    public var version: UInt64 { 0 }

    public func keys(for header: JOSEHeader, at now: NumericDate) async -> [VerificationKey] { published[header] }

    public func knownKeys(for header: JOSEHeader, at now: NumericDate) -> [VerificationKey]? { published[header] }
}
