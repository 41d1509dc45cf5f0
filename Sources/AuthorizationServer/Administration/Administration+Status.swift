package import JOSE
package import OAuth
package import Storage

/// The state of an issuer at a glance.
package struct IssuerStatus: Sendable {
    package let issuer: Issuer
    /// At most ``maximumCount``.
    package let clients: Int
    /// At most ``maximumCount``.
    package let resources: Int
    package let keys: [KeyRecord]

    /// Counting stops here.
    package static let maximumCount = 10_000
}

extension Administration {
    package func status(by administrator: Administrator, at now: NumericDate) async throws -> IssuerStatus {
        let keys = try await keys(by: administrator, at: now)
        let clients = try await count { try await store.clients(after: $0, limit: $1).map(\.id) }
        let resources = try await count { try await store.resources(after: $0, limit: $1).map(\.id) }
        return IssuerStatus(issuer: provider.issuer, clients: clients, resources: resources, keys: keys)
    }

    private func count(_ page: (ClientID?, Int) async throws -> [ClientID]) async throws -> Int {
        var count = 0
        var last: ClientID?
        while count < IssuerStatus.maximumCount {
            let ids = try await page(last, Self.maximumPage)
            count += ids.count
            guard ids.count == Self.maximumPage else { break }
            last = ids.last
        }
        return count
    }
}
