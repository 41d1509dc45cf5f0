import Crypto
import JOSE
package import OAuth
package import Storage

/// Gives each person another name at each sector, and each session another name at each client, so that clients cannot
/// put their users together (OpenID Core §8.1).
package struct PairwiseSubjects: Sendable {
    /// Has taken the key already.
    private let begun: HMAC<SHA256>

    package enum KeyError: Error, Hashable, Sendable { case unreadable }

    init(key bytes: [UInt8]) { begun = HMAC(key: SymmetricKey(data: bytes)) }

    /// The `sid` of a session as this client sees it.
    ///
    /// One name for all clients would join the people whom pairwise subjects keep apart. It is derived, so that ID tokens
    /// and logout tokens agree for as long as the session lives, and no row is needed.
    package func session(_ id: SessionID, for client: ClientID) -> SessionID {
        // No sector begins with a zero byte, so no session's name is ever a person's.
        let input = [0] + Array(client.rawValue.utf8) + [0] + Array(id.rawValue.utf8)
        return SessionID(unchecked: Base64URL.encode(Array(code(of: input).prefix(16))))
    }

    /// Reads the issuer's key, which is made at the first start and never changes: every pairwise name hangs from it.
    static func load(
        from store: any InstallationStore, sealer: SecretSealer, secrets: SecretGenerator
    ) async throws -> PairwiseSubjects {
        let context = "installation.value.pairwise"
        let stored = try await store.claimSecret(sealer.seal(secrets.bytes(32), context: context), named: "pairwise")
        guard let key = try? sealer.open(stored, context: context), key.count == 32 else { throw KeyError.unreadable }
        return PairwiseSubjects(key: key)
    }

    /// The `sub` of a person as this client sees it.
    package func subject(_ person: Subject, for client: RegisteredClient) -> Subject {
        subject(person, for: client.id, registeredAs: client.relyingParty)
    }

    /// The same for a client that was registered so.
    package func subject(_ person: Subject, for client: ClientID, registeredAs party: RelyingParty?) -> Subject {
        guard let party, party.subjectType == .pairwise else { return person }
        let input = Array(Self.sector(of: party, client).utf8) + [0] + Array(person.rawValue.utf8)
        return Subject(unchecked: Base64URL.encode(Array(code(of: input))))
    }

    private func code(of input: [UInt8]) -> HMAC<SHA256>.MAC {
        var code = begun
        code.update(data: input)
        return code.finalize()
    }

    /// Whether the text has the form of a name from here; whose it is, only the person and the sector tell.
    static func mayHaveMade(_ subject: Subject) -> Bool {
        (try? Base64URL.decode(subject.rawValue))?.count == SHA256.byteCount
    }

    /// OpenID Core §8.1: the host of the sector identifier, or the one host of the redirect URIs. A client whose
    /// addresses are no site's shares its sector with nobody: any program can claim an address of a scheme of its own.
    private static func sector(of party: RelyingParty, _ client: ClientID) -> String {
        if let sector = party.sectorIdentifier { return sector }
        let hosts = Set(party.redirectURIs.map(host))
        guard hosts.count == 1, let first = hosts.first, let only = first else { return "client:" + client.rawValue }
        return only
    }

    private static func host(_ uri: String) -> String? {
        guard uri.hasPrefix("https://") else { return nil }
        let authority = uri.dropFirst("https://".count).prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        let host =
            authority.hasPrefix("[") ? authority.prefix { $0 != "]" } : authority.prefix { $0 != ":" }
        return host.isEmpty ? nil : String(host)
    }
}
