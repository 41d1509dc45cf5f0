/// Why a document of somebody else's was not fetched.
package enum OutboundError: Error, Hashable, Sendable {
    case addressMalformed
    case hostNotFound
    /// The name leads to an address that is not part of the public internet.
    case addressForbidden
    case budgetSpent
    case statusUnexpected(Int)
    case tooLarge
    case timedOut
    case connectionFailed
}
