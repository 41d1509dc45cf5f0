/// Fetches a document from where a client said that it is: its key set (`jwks_uri`), or the addresses of its sector
/// (`sector_identifier_uri`). Floor 4 has the one implementation, which reaches no internal address.
package protocol DocumentFetcher: Sendable {
    func fetch(_ url: String, for kind: DocumentKind) async throws -> [UInt8]
}

/// What a document is fetched for. Each kind has a budget of its own: who may name addresses for the one cannot use up
/// what another needs.
package enum DocumentKind: Hashable, Sendable, CaseIterable { case keySet, sector }
