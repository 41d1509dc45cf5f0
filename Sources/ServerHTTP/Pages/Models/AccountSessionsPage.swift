package import JOSE

/// Where a person is signed in, and the way to end it.
package struct AccountSessionsPage: AccountPage {
    package struct Item: Hashable, Sendable {
        package let id: String
        package let userAgent: String
        package let address: String
        package let signedInAt: NumericDate
        package let lastSeenAt: NumericDate
        package let isCurrent: Bool

        package init(
            id: String, userAgent: String, address: String, signedInAt: NumericDate, lastSeenAt: NumericDate,
            isCurrent: Bool
        ) {
            self.id = id
            self.userAgent = userAgent
            self.address = address
            self.signedInAt = signedInAt
            self.lastSeenAt = lastSeenAt
            self.isCurrent = isCurrent
        }
    }

    package static let template = "account-sessions"
    package let section = AccountSection.sessions
    package let items: [Item]
    package var hasEnded: Bool

    package init(items: [Item], hasEnded: Bool = false) {
        self.items = items
        self.hasEnded = hasEnded
    }

    package func content(_ texts: Texts) -> [String: PageValue] {
        [
            "problem": false, "success": .optional(hasEnded ? texts["session_ended"] : nil),
            "sessions": .list(items.map { item($0, texts) }),
        ]
    }

    private func item(_ item: Item, _ texts: Texts) -> PageValue {
        let device = DeviceName.text(item.userAgent, texts)
        let signedIn = texts.moment(CivilTime(secondsSince1970: item.signedInAt.secondsSince1970))
        let lastSeen = texts.moment(CivilTime(secondsSince1970: item.lastSeenAt.secondsSince1970))
        return .group([
            "id": .text(item.id), "device": .text(device), "current": .flag(item.isCurrent),
            "signed_in": .text(texts("session_signed_in", ["moment": signedIn, "address": item.address])),
            "last_seen": .text(texts("session_last_seen", ["moment": lastSeen])),
            "end_label": .text(texts("session_end_label", ["device": device, "moment": signedIn])),
        ])
    }
}

/// What a browser calls itself, in the two words that its owner would use.
enum DeviceName {
    static func text(_ userAgent: String, _ texts: Texts) -> String {
        let browser = first(browsers, in: userAgent)
        let system = first(systems, in: userAgent)
        switch (browser, system) {
        case (let browser?, let system?): return texts("device", ["browser": browser, "system": system])
        case (let known?, nil), (nil, let known?): return known
        case (nil, nil): return texts["device_unknown"]
        }
    }

    /// In this order, since most browsers also name those that they resemble.
    private static let browsers = [
        ("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser/", "Samsung Internet"), ("Firefox/", "Firefox"),
        ("FxiOS/", "Firefox"), ("CriOS/", "Chrome"), ("Chrome/", "Chrome"), ("Safari/", "Safari"), ("curl/", "curl"),
    ]
    private static let systems = [
        ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("Mac OS X", "macOS"),
        ("CrOS", "ChromeOS"), ("Linux", "Linux"),
    ]

    private static func first(_ names: [(mark: String, name: String)], in userAgent: String) -> String? {
        names.first { userAgent.contains($0.mark) }?.name
    }
}
