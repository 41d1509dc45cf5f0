package import Storage

/// What an application asks for, and the choice of the person.
package struct ConsentPage: Page {
    package struct Item: Hashable, Sendable {
        /// What the form sends back.
        package let value: String
        package let scope: String
        /// The name of the resource; `nil` for what the application learns about the person.
        package let resource: String?
        package let description: ScopeDescription?
        package let isRequired: Bool
        /// Not part of what the person agreed to before.
        package let isNew: Bool

        package init(
            value: String, scope: String, resource: String?, description: ScopeDescription? = nil, isRequired: Bool,
            isNew: Bool
        ) {
            self.value = value
            self.scope = scope
            self.resource = resource
            self.description = description
            self.isRequired = isRequired
            self.isNew = isNew
        }
    }

    package static let template = "consent"

    package let resume: String
    package let clientName: String
    /// Where the answer goes.
    package let clientHost: String?
    package let person: String
    package let items: [Item]
    /// Seconds that access lasts without the person's doing.
    package let duration: Int64
    /// Whether it lasts when the person has signed out.
    package let isOffline: Bool
    package var policyURI: String?
    package var termsURI: String?
    /// Where the answer goes, for the browser's own check.
    package var formTarget: String?
    /// The application registered itself: nobody looked at what it says of itself.
    package var isUnverified = false

    package init(
        resume: String, clientName: String, clientHost: String?, person: String, items: [Item], duration: Int64,
        isOffline: Bool, policyURI: String? = nil, termsURI: String? = nil, formTarget: String? = nil
    ) {
        self.resume = resume
        self.clientName = clientName
        self.clientHost = clientHost
        self.person = person
        self.items = items
        self.duration = duration
        self.isOffline = isOffline
        self.policyURI = policyURI
        self.termsURI = termsURI
        self.formTarget = formTarget
    }

    package func title(_ texts: Texts) -> String { texts("consent_title", ["client": clientName]) }

    package func content(_ texts: Texts) -> [String: PageValue] {
        let policy = PageLink.safe(policyURI)
        let terms = PageLink.safe(termsURI)
        return [
            "lead": .text(clientHost.map { texts("consent_lead", ["host": $0]) } ?? texts["consent_lead_device"]),
            "unverified": .flag(isUnverified),
            "signed_in_as": .text(texts("consent_person", ["person": person])), "resume": .text(resume),
            "items": .list(items.enumerated().map { item($0.element, number: $0.offset, texts) }),
            "how_long": .text(
                texts(
                    isOffline ? "consent_offline" : "consent_online", ["duration": texts.duration(duration)])),
            "policy": .optional(policy), "terms": .optional(terms), "has_links": .flag(policy != nil || terms != nil),
        ]
    }

    private func item(_ item: Item, number: Int, _ texts: Texts) -> PageValue {
        .group([
            "id": .text("scope-\(number)"), "value": .text(item.value), "required": .flag(item.isRequired),
            "is_new": .flag(item.isNew),
            "words": .text(ScopeWords.text(item.scope, at: item.resource, describedAs: item.description, texts)),
        ])
    }
}

/// Addresses of others that a page may link to.
enum PageLink {
    /// Never a scheme that runs something.
    static func safe(_ uri: String?) -> String? {
        guard let uri, uri.hasPrefix("https://"), uri.utf8.count <= 2_048 else { return nil }
        return uri
    }
}
