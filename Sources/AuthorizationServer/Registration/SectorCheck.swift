import JOSE
import OAuth

/// Asks the sector that a client names whether the client belongs to it (OpenID Core §8.1, OpenID Registration §5): who
/// is not asked would get the subjects of another's sector, and could put its users together.
struct SectorCheck: Sendable {
    let fetcher: any DocumentFetcher

    private static let maximumBytes = 256 * 1024

    /// Nothing of what was fetched, and nothing of why it could not be, reaches the client: the answer says the same of
    /// a host that is not there, one that may not be asked, and one that has something else to say.
    func check(_ metadata: ClientMetadata) async throws {
        guard let uri = metadata.sectorIdentifierURI else { return }
        let limits = JSONLimits.document(maximumBytes: Self.maximumBytes)
        guard let document = try? await fetcher.fetch(uri, for: .sector),
            let members = (try? JSONValue(parsing: document, limits: limits))?.strings
        else {
            throw OAuthError(.invalidClientMetadata, "sector_identifier_uri does not lead to a list of addresses")
        }
        let listed = Set(members.map { Array($0.utf8) })
        guard metadata.redirectURIs.allSatisfy({ listed.contains(Array($0.utf8)) }) else {
            throw OAuthError(.invalidClientMetadata, "sector_identifier_uri does not list every one of redirect_uris")
        }
    }
}
