package import JOSE

/// What happened to an account, in plain words.
package struct AccountActivityPage: AccountPage {
    package struct Item: Hashable, Sendable {
        /// The audit log's word for it.
        package let action: String
        /// The application it was about, by its name.
        package let client: String?
        package let at: NumericDate
        package let address: String
        /// How many addresses it came from; of several, none is named.
        package let places: Int
        /// How many equal events this one stands for.
        package let count: Int64
        /// Done by somebody who runs this server.
        package let isByOperator: Bool

        package init(
            action: String, client: String?, at: NumericDate, address: String, places: Int = 1, count: Int64 = 1,
            isByOperator: Bool = false
        ) {
            self.places = places
            self.count = count
            self.isByOperator = isByOperator
            self.action = action
            self.client = client
            self.at = at
            self.address = address
        }
    }

    package static let template = "account-activity"
    package let section = AccountSection.activity
    package let items: [Item]

    package init(items: [Item]) { self.items = items }

    package func content(_ texts: Texts) -> [String: PageValue] {
        ["events": .list(items.map { item($0, texts) })]
    }

    private func item(_ item: Item, _ texts: Texts) -> PageValue {
        let time = CivilTime(secondsSince1970: item.at.secondsSince1970)
        return .group([
            "words": .text(
                ActivityWords.text(
                    item.action, client: item.client, count: item.count, isByOperator: item.isByOperator, texts)),
            "datetime": .text(time.rfc3339), "when": .text(texts.moment(time)),
            "place": .optional(place(of: item, texts)),
        ])
    }

    private func place(of item: Item, _ texts: Texts) -> String {
        guard !item.isByOperator else { return texts["activity_by_operator"] }
        return item.places > 1 ? texts("activity_places", ["count": String(item.places)]) : item.address
    }
}
