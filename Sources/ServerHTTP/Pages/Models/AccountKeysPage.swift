package import JOSE
package import Storage

/// The API keys of a person, and the way to end them.
package struct AccountKeysPage: AccountPage {
    package struct Item: Hashable, Sendable {
        package let id: String
        package let name: String
        package let state: APIKey.State
        package let permissions: [AccountApplicationsPage.Item.Permission]
        package let createdAt: NumericDate
        package let lastUsedAt: NumericDate?
        package let expiresAt: NumericDate?

        package init(
            id: String, name: String, state: APIKey.State,
            permissions: [AccountApplicationsPage.Item.Permission], createdAt: NumericDate,
            lastUsedAt: NumericDate?, expiresAt: NumericDate?
        ) {
            self.id = id
            self.name = name
            self.state = state
            self.permissions = permissions
            self.createdAt = createdAt
            self.lastUsedAt = lastUsedAt
            self.expiresAt = expiresAt
        }
    }

    package static let template = "account-keys"
    package let section = AccountSection.keys
    package let items: [Item]
    package var hasEnded: Bool

    package init(items: [Item], hasEnded: Bool = false) {
        self.items = items
        self.hasEnded = hasEnded
    }

    package func content(_ texts: Texts) -> [String: PageValue] {
        [
            "problem": false, "success": .optional(hasEnded ? texts["key_ended"] : nil),
            "keys": .list(items.map { item($0, texts) }),
        ]
    }

    private func item(_ item: Item, _ texts: Texts) -> PageValue {
        func moment(_ date: NumericDate) -> String {
            texts.moment(CivilTime(secondsSince1970: date.secondsSince1970))
        }
        let isLive = item.state == .active || item.state == .rerolled
        let used = item.lastUsedAt.map { texts("key_last_used", ["moment": moment($0)]) } ?? texts["key_never_used"]
        let end = item.expiresAt.map {
            texts(item.state == .expired ? "key_expired" : "key_expires", ["moment": moment($0)])
        }
        return .group([
            "id": .text(item.id), "name": .text(item.name),
            "state": .optional(item.state == .active ? nil : texts["key_state_\(item.state.rawValue)"]),
            "scopes": .list(
                item.permissions.map {
                    .text(ScopeWords.text($0.scope, at: $0.resource, describedAs: $0.description, texts))
                }),
            "created": .text(texts("key_created", ["moment": moment(item.createdAt)])), "used": .text(used),
            "end": .optional(isLive || item.state == .expired ? end ?? texts["key_endless"] : nil),
            "live": .flag(isLive), "may_reroll": .flag(item.state == .active || item.state == .quarantined),
            "end_label": .text(texts("key_end_label", ["name": item.name])),
            "reroll_label": .text(texts("key_reroll_label", ["name": item.name])),
        ])
    }
}
