/// What a check is for, in words for an operator: the same for every refusal of the kind.
package struct Explanation: Hashable, Sendable {
    /// What happened.
    package let refused: String
    /// What was compared with what.
    package let checked: String
    /// What lets a request through.
    package let wouldPass: String
    /// The setting or command that changes it, or who has to.
    package let change: String

    package init(_ refused: String, checked: String, passes: String, change: String) {
        self.refused = refused
        self.checked = checked
        wouldPass = passes
        self.change = change
    }
}

extension Check {
    /// All that is explained, in the order of the reference.
    package static let groups: [(title: String, explanations: KeyValuePairs<Check, Explanation>)] = [
        ("Client authentication", ofClients), ("Grants", ofGrants), ("Authorization codes", ofCodes),
        ("Refresh tokens", ofRefreshTokens), ("Access tokens", ofTokens), ("API keys", ofAPIKeys),
        ("Authorization requests", ofAuthorization),
        ("Error codes of the standards", ofErrorCodes), ("People", ofPeople), ("Administration", ofAdministration),
        ("Requests", ofRequests), ("Framing", ofFraming),
    ]

    private static let table: [Check: Explanation] = Dictionary(
        groups.flatMap { group in group.explanations.map { ($0.key, $0.value) } },
        uniquingKeysWith: { first, _ in first })

    package var explanation: Explanation {
        Self.table[self]
            ?? Explanation(
                "The request was refused (\(rawValue)).", checked: "What \(rawValue) names.",
                passes: "A request that does not have this fault.", change: "See the log of the server.")
    }
}
