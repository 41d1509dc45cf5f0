public import JOSE

/// Where a verifier that others wrote finds out whether a token has been revoked: the `status_list` member of the `status`
/// claim (draft-ietf-oauth-status-list §6.2).
public struct StatusReference: Hashable, Sendable {
    /// The name of the claim.
    public static let claim = "status"

    public let index: Int64
    /// The address of the list, which its token repeats.
    public let uri: String

    public init(index: Int64, uri: String) {
        self.index = index
        self.uri = uri
    }

    /// Reads the claim of a token; `nil` if it has none, or one that says something else.
    public init?(_ claims: JSONObject) {
        guard let reference = claims.object(Self.claim)?.object("status_list"),
            let index = reference.integer("idx"), index >= 0, let uri = reference.string("uri"), !uri.isEmpty
        else { return nil }
        self.init(index: index, uri: uri)
    }

    func write(to writer: inout JSONWriter) {
        writer.member("status") { status in
            status.beginObject()
            status.member("status_list") { list in
                list.beginObject()
                list.member("idx", index)
                list.member("uri", uri)
                list.endObject()
            }
            status.endObject()
        }
    }
}
