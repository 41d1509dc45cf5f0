/// Fetches the key set of a client from the `jwks_uri` that it registered. Floor 4 has the one implementation, which
/// reaches no internal address.
package protocol KeySetFetcher: Sendable {
    func fetch(_ url: String) async throws -> [UInt8]
}
