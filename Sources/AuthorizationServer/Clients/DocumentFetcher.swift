/// Fetches a document from where a client said that it is: its key set (`jwks_uri`), or the addresses of its sector
/// (`sector_identifier_uri`). Floor 4 has the one implementation, which reaches no internal address.
package protocol DocumentFetcher: Sendable {
    func fetch(_ url: String) async throws -> [UInt8]
}
