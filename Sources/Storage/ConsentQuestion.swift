package import JOSE
package import OAuth

/// What a consent page asks for: with the person's decision, all that a store needs to remember the answer.
package struct ConsentQuestion: Hashable, Sendable {
    package let client: ClientID
    package let identityScope: Scope
    package let resourceScopes: [ResourceIndicator: Scope]
    /// What was agreed to before this moment counts for nothing; `nil`: it counts whenever that was.
    package let countingFrom: NumericDate?

    package init(
        client: ClientID, identityScope: Scope, resourceScopes: [ResourceIndicator: Scope] = [:],
        countingFrom: NumericDate? = nil
    ) {
        self.client = client
        self.identityScope = identityScope
        self.resourceScopes = resourceScopes
        self.countingFrom = countingFrom
    }

    /// What was agreed to before, if it still counts.
    package func standing(_ before: Consent?) -> Consent? {
        if let countingFrom, let before, before.updatedAt < countingFrom { return nil }
        return before
    }
}

extension Consent {
    /// What is agreed to once `decision`, a yes, answers `question`: what was agreed to `before` and not asked about
    /// now stays, if it still counts; what was asked about is as the person says now.
    package init(_ decision: ConsentDecision, to question: ConsentQuestion, before: Consent?, at now: NumericDate) {
        let before = question.standing(before)
        var resources = before?.resourceScopes ?? [:]
        for (resource, asked) in question.resourceScopes {
            let scope = (resources[resource] ?? .empty).answered(
                decision.resourceScopes[resource] ?? .empty, to: asked)
            resources[resource] = scope.isEmpty ? nil : scope
        }
        self.init(
            subject: decision.subject, client: question.client,
            identityScope: (before?.identityScope ?? .empty).answered(
                decision.identityScope, to: question.identityScope),
            resourceScopes: resources, givenAt: before?.givenAt ?? now, updatedAt: now)
    }
}

extension Scope {
    /// Without what was asked for, and with what was given.
    fileprivate func answered(_ given: Scope, to asked: Scope) -> Scope {
        Scope(unchecked: tokens.filter { !asked.contains($0) } + given.tokens)
    }
}
