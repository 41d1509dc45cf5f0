package import JOSE

/// What the end of one authorization means for its client, in words that are true of that client.
package enum AuthorizationEnding {
    /// - Parameter client: as the server shows it; `nil` if it could not be asked.
    package static func text(of id: String, client: JSONObject?) -> String {
        let ended = "The authorization \(id) has ended"
        guard let client else { return ended + "." }
        guard client.object("relying_party")?.string("backchannel_logout_uri") != nil else {
            return ended + "; its client has no back-channel address and notices with its next request."
        }
        return ended + "; its client is told, if the session goes on."
    }
}
