import JOSE
import OAuth

/// What must hold for the claim that says where a token's status stands.
enum StatusProperties {
    /// What is read of a token's claims is what a token of ours says, and is read from that again.
    static func reference(_ bytes: [UInt8]) {
        guard let claims = try? JSONObject(parsing: bytes), let reference = StatusReference(claims) else { return }
        precondition(reference.index >= 0, "no bit of a list")
        precondition(!reference.uri.isEmpty, "no list")
        var token = AccessTokenClaims(
            issuer: "https://id.example", subject: Subject(unchecked: "u"), clientID: ClientID(unchecked: "c"),
            audience: [ResourceIndicator(unchecked: "https://api.example")], tokenID: TokenID(unchecked: "t"),
            scope: Scope(unchecked: []), issuedAt: NumericDate(secondsSince1970: 1),
            expiresAt: NumericDate(secondsSince1970: 2), grant: GrantID(unchecked: "g"), epochs: TokenEpochs())
        token.status = reference
        guard let written = try? JSONObject(parsing: token.json, limits: .document(maximumBytes: 1 << 20)) else {
            preconditionFailure("a token is written that nobody reads")
        }
        precondition(StatusReference(written) == reference, "another reference")
        // Beside other members, known or not, it is the same.
        let list = claims.object(StatusReference.claim)?.object("status_list")
        precondition(list?.integer("idx") == reference.index, "another index")
        precondition(list?.string("uri")?.utf8.elementsEqual(reference.uri.utf8) ?? false, "another list")
    }
}
