package import JOSE

/// A JWT taken apart for people, verified only if a key set is given.
package struct JWTInspection {
    package let header: JSONObject
    package let claims: JSONObject
    private let token: String

    /// `nil` if it does not look like a JWT at all: an opaque token, for example.
    package init?(_ token: String) {
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, token.utf8.count <= 16_384, let header = Self.object(parts[0]),
            let claims = Self.object(parts[1])
        else { return nil }
        self.header = header
        self.claims = claims
        self.token = token
    }

    private static func object(_ part: Substring) -> JSONObject? {
        guard let bytes = try? Base64URL.decode(part) else { return nil }
        return try? JSONObject(parsing: bytes)
    }

    /// Everything that speaks against it at `now`; empty: signed by the issuer, for now.
    package func objections(issuer: String, keys: JWKSet, at now: NumericDate) -> [String] {
        guard let jwt = try? UnverifiedJWT(token) else { return ["it is not a well-formed JWT"] }
        // This tool shows the type to a person; a consumer must name the one that it expects.
        let type = jwt.header.type.map { JWTType.exactly($0) } ?? .jwtOrAbsent
        let candidates = keys.verificationKeys(for: jwt.header)
        guard !candidates.isEmpty else { return ["no key of the issuer fits its kid and algorithm"] }
        guard let verified = candidates.lazy.compactMap({ try? jwt.verified(by: $0, type: type) }).first else {
            return ["the signature is wrong"]
        }
        var objections: [String] = []
        if verified.claims.string("iss") != issuer { objections.append("it names another issuer") }
        if let expiry = verified.claims.date("exp"), expiry <= now {
            objections.append("it expired on \(Timestamp.text(expiry))")
        }
        if verified.claims["exp"] == nil { objections.append("it never expires") }
        if let start = verified.claims.date("nbf"), start > now {
            objections.append("it is valid from \(Timestamp.text(start)) only")
        }
        return objections
    }

    var text: String {
        var facts = FactList()
        for (name, value) in header.members { facts.add("header \(name)", Self.text(name, value)) }
        for (name, value) in claims.members { facts.add(name, Self.text(name, value)) }
        return facts.text
    }

    private static func text(_ name: String, _ value: JSONValue) -> String {
        if ["exp", "iat", "nbf", "auth_time", "updated_at"].contains(name), let seconds = value.integer {
            return "\(seconds)  (\(Timestamp.text(NumericDate(secondsSince1970: seconds))))"
        }
        return JSONObject([(name, value)]).text(name)
    }
}
