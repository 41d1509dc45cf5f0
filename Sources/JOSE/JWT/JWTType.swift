/// The kind of token a consumer expects, so that none is taken for another (RFC 8725 §3.11).
public enum JWTType: Hashable, Sendable {
    /// Requires this media type, with or without `application/`, in any case (RFC 7515 §4.1.9).
    case exactly(String)
    /// For assertions that clients write: absent, `JWT` or `client-authentication+jwt`.
    case jwtOrAbsent

    func accepts(_ type: String?) -> Bool {
        switch self {
        case .exactly(let expected):
            guard let type else { return false }
            return Self.isSame(type, expected)
        case .jwtOrAbsent:
            guard let type else { return true }
            return Self.isSame(type, "JWT") || Self.isSame(type, "client-authentication+jwt")
        }
    }

    private static func isSame(_ type: String, _ expected: String) -> Bool {
        type.hasSameASCII(ignoringCaseOf: expected) || type.hasSameASCII(ignoringCaseOf: "application/" + expected)
    }
}
