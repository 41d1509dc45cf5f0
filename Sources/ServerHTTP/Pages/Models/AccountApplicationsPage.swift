package import JOSE
package import Storage

/// The applications that a person let in, and the way to end it.
package struct AccountApplicationsPage: AccountPage {
    package struct Item: Hashable, Sendable {
        package struct Permission: Hashable, Sendable {
            package let scope: String
            /// The name of the resource; `nil` for what it learns about the person.
            package let resource: String?
            package let description: ScopeDescription?
            package init(scope: String, resource: String?, description: ScopeDescription? = nil) {
                self.scope = scope
                self.resource = resource
                self.description = description
            }
        }

        package let id: String
        package let name: String
        package let host: String?
        package let permissions: [Permission]
        package let since: NumericDate?
        /// Where the person is sent to open it; `nil` if it does not let itself be opened from here.
        package let address: String?
        /// It registered itself: nobody looked at what it says of itself.
        package let isUnverified: Bool

        package init(
            id: String, name: String, host: String?, permissions: [Permission], since: NumericDate?,
            address: String? = nil, isUnverified: Bool = false
        ) {
            self.id = id
            self.name = name
            self.host = host
            self.permissions = permissions
            self.since = since
            self.address = address
            self.isUnverified = isUnverified
        }
    }

    package static let template = "account-applications"
    package let section = AccountSection.applications
    package let items: [Item]
    package var hasEnded: Bool

    package init(items: [Item], hasEnded: Bool = false) {
        self.items = items
        self.hasEnded = hasEnded
    }

    package func content(_ texts: Texts) -> [String: PageValue] {
        [
            "problem": false, "success": .optional(hasEnded ? texts["application_ended"] : nil),
            "applications": .list(items.map { item($0, texts) }),
        ]
    }

    private func item(_ item: Item, _ texts: Texts) -> PageValue {
        let since = item.since.map { texts.moment(CivilTime(secondsSince1970: $0.secondsSince1970)) }
        return .group([
            "id": .text(item.id), "name": .text(item.name), "host": .optional(item.host),
            "unverified": .flag(item.isUnverified),
            "scopes": .list(
                item.permissions.map {
                    .text(ScopeWords.text($0.scope, at: $0.resource, describedAs: $0.description, texts))
                }),
            "since": .text(since.map { texts("application_since", ["moment": $0]) } ?? ""),
            "open": .optional(PageLink.safe(item.address)),
            "open_label": .text(texts("application_open_label", ["client": item.name])),
            "end_label": .text(texts("application_end_label", ["client": item.name])),
        ])
    }
}
