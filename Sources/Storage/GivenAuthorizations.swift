import JOSE
package import OAuth

/// What the audit log says of authorizations that are given: each is named by an event of its own, with where from, and
/// those that nobody redeemed and that made room become one event for each address.
package struct GivenAuthorizations: Sendable {
    package static let action = "authorization.given"
    /// As many events of the person as are looked through, newest first.
    package static let recent = 256
    /// Addresses that are told apart in ``window``; further ones are counted in one event for all.
    private static let addresses = 16
    private static let window = Duration.seconds(86_400)

    /// To be stored in place of those of the same ids.
    package private(set) var changed: [AuditEvent] = []
    /// Counted in one of ``changed`` from now on.
    package private(set) var removed: [Int64] = []

    /// How an event names one authorization.
    package static func mention(of authorization: Authorization) -> String {
        mention(of: authorization.id, of: authorization.client)
    }

    static func mention(of id: GrantID, of client: ClientID) -> String { "client:\(client) authorization:\(id)" }

    /// How the event says it that stands for those of a client from which nothing was ever had.
    private static func unused(of client: ClientID) -> String { "client:\(client), never redeemed" }

    /// - Parameters:
    ///   - ids: what made room for `new` unredeemed.
    ///   - recent: the newest events on the person, the newest first.
    package init(forgetting ids: [GrantID], for new: Authorization, in recent: [AuditEvent]) {
        let unused = Self.unused(of: new.client)
        let mentions = Set(ids.map { Self.mention(of: $0, of: new.client) })
        let given = recent.filter { $0.action == Self.action }
        var folded = given.filter { $0.detail == unused && new.createdAt - $0.lastAt < Self.window }
        var touched: Set<Int64> = []
        for var event in given.reversed() where mentions.contains(event.detail) {
            let place = folded.firstIndex { $0.address == event.address }
            guard let index = place ?? (folded.count < Self.addresses ? nil : 0) else {
                event.detail = unused
                event.requestID = ""
                folded.insert(event, at: 0)
                touched.insert(event.id)
                continue
            }
            if place == nil { folded[index].address = "" }
            folded[index].count &+= event.count
            folded[index].lastAt = max(folded[index].lastAt, event.lastAt)
            touched.insert(folded[index].id)
            removed.append(event.id)
        }
        changed = folded.filter { touched.contains($0.id) }
    }
}

extension AuthorizationTerms {
    /// The event that says of an authorization which one took its place.
    package func replacement(of id: GrantID, by new: Authorization) -> AuditEvent? {
        guard var event = replacement else { return nil }
        event.detail =
            "\(GivenAuthorizations.mention(of: id, of: new.client)), replaced by authorization:\(new.id)"
        return event
    }
}
