import Storage

/// Why an API key is not accepted, for the log; whoever shows it learns none of it.
package enum APIKeyFault: String, CaseIterable, Hashable, Sendable {
    /// No key of ours has this form or this checksum.
    case malformed
    case unknown
    case honey, leaked, ended, expired
    case ownerEnded = "owner_ended"
    /// It says nothing about this resource.
    case resourceWrong = "resource_wrong"
    /// The resource is disabled, or nothing of the key's scope may be had there any more.
    case permissionEnded = "permission_ended"
    /// The key is bound to networks, and where it came from is not among them, or not known.
    case networkWrong = "network_wrong"
    case quotaUsed = "quota_used"
    case directUseForbidden = "direct_use_forbidden"
}

/// A key that is not accepted.
struct APIKeyRefusal: Error, Hashable, Sendable {
    let fault: APIKeyFault
    /// `nil` for what is no key.
    let key: APIKey?
    /// What of the request did not fit the key, for operators.
    let found: String
    /// Seconds after which it may be.
    let retryAfter: Int64?

    init(_ fault: APIKeyFault, _ key: APIKey? = nil, found: String = "", retryAfter: Int64? = nil) {
        self.fault = fault
        self.key = key
        self.found = found
        self.retryAfter = retryAfter
    }
}
