/// Posts a logout token to a client's back-channel address (OpenID Back-Channel Logout §2.5).
package protocol LogoutTransport: Sendable {
    /// Sends `form` (`application/x-www-form-urlencoded`) and returns the status code of the answer.
    func post(_ form: [UInt8], to url: String) async throws -> Int
}
