/// What an administrator may do; the raw values are scopes of the administration resource.
package enum AdministrativeRight: String, CaseIterable, Hashable, Sendable {
    case read = "tessera:admin:read"
    case write = "tessera:admin:write"
    /// To give these rights to others.
    case grant = "tessera:admin:grant"
}
