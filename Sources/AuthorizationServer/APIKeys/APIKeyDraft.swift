package import OAuth
import Risk
package import Storage

/// An API key as somebody asks for it; nothing in it is checked yet.
package struct APIKeyDraft: Sendable {
    package var name: String?
    /// What it may do, and where.
    package var permissions: [PermissionDraft]
    package var networks: [String]
    /// Seconds; `nil`: the usual time.
    package var lifetime: Int64?
    package var isEndless: Bool
    package var quotaUses: Int64?
    /// Seconds.
    package var quotaPeriod: Int64?
    package var isDirect: Bool
    package var problems: [Problem]

    package init(
        name: String?, permissions: [PermissionDraft] = [], networks: [String] = [], lifetime: Int64? = nil,
        isEndless: Bool = false, quotaUses: Int64? = nil, quotaPeriod: Int64? = nil, isDirect: Bool = true,
        problems: [Problem] = []
    ) {
        self.name = name
        self.permissions = permissions
        self.networks = networks
        self.lifetime = lifetime
        self.isEndless = isEndless
        self.quotaUses = quotaUses
        self.quotaPeriod = quotaPeriod
        self.isDirect = isDirect
        self.problems = problems
    }

    private static let maximumNetworks = 16
    private static let maximumResources = 16
    private static let maximumQuota: Int64 = 1_000_000
    /// 30 days.
    private static let maximumQuotaPeriod: Int64 = 2_592_000

    /// What can be judged without the store; a key of nobody needs no permissions.
    func checked(under policy: APIKeyPolicy, isHoney: Bool) throws(AdministrationError) -> CheckedAPIKey {
        var check = DraftCheck(problems)
        let name = check.required(name, "name").map { check.name($0) } ?? ""
        let scopes = scopes(&check, isHoney: isHoney)
        if networks.count > Self.maximumNetworks {
            check.report("networks", "must be at most \(Self.maximumNetworks)")
        }
        let ranges = networks.map { AddressRange($0)?.description }
        if ranges.contains(nil) { check.report("networks", "must be IP addresses or CIDR blocks") }
        let quota = quota(&check)
        let seconds = lifetime ?? min(policy.lifetime, policy.maximumLifetime)
        if isEndless, !isHoney, !policy.allowsEndless {
            check.report("endless", "keys without an end are not allowed by the configuration")
        }
        if !isEndless, !(60...policy.maximumLifetime).contains(seconds) {
            check.report("expires_in", "must be 60 to \(policy.maximumLifetime) seconds")
        }
        try check.finish()
        return CheckedAPIKey(
            name: name, resourceScopes: scopes, networks: ranges.compactMap(\.self), quota: quota,
            isDirect: isDirect, lifetime: isEndless ? nil : seconds)
    }

    private func scopes(_ check: inout DraftCheck, isHoney: Bool) -> [ResourceIndicator: Scope] {
        var scopes: [ResourceIndicator: Scope] = [:]
        if permissions.isEmpty, !isHoney { check.report("permissions", "must name at least one resource") }
        if permissions.count > Self.maximumResources {
            check.report("permissions", "must be at most \(Self.maximumResources)")
        }
        for draft in permissions.prefix(Self.maximumResources) {
            let resource = check.required(draft.resource, "resource").flatMap { check.indicator($0, "resource") }
            let scope = check.required(draft.scope, "scope").map { check.scope($0) } ?? .empty
            if scope.isEmpty, !check.hasProblem(with: "scope") { check.report("scope", "must not be empty") }
            guard let resource else { continue }
            if scopes[resource] != nil { check.report("resource", "is named twice") }
            scopes[resource] = scope
        }
        return scopes
    }

    private func quota(_ check: inout DraftCheck) -> APIKeyQuota? {
        guard quotaUses != nil || quotaPeriod != nil else { return nil }
        let quota = APIKeyQuota(uses: quotaUses ?? 0, period: quotaPeriod ?? 3600)
        if !(1...Self.maximumQuota).contains(quota.uses) {
            check.report("quota", "must be 1 to \(Self.maximumQuota) uses")
        }
        if !(1...Self.maximumQuotaPeriod).contains(quota.period) {
            check.report("quota_period", "must be 1 to \(Self.maximumQuotaPeriod) seconds")
        }
        return quota
    }
}

/// A key whose form is right; whether its owner may have it is another question.
struct CheckedAPIKey: Sendable {
    let name: String
    let resourceScopes: [ResourceIndicator: Scope]
    let networks: [String]
    let quota: APIKeyQuota?
    let isDirect: Bool
    /// Seconds; `nil`: without an end.
    let lifetime: Int64?
}

/// A key and the only copy of its text.
package struct NewAPIKey: Sendable {
    package let stored: APIKey
    package let secret: Secret
}
