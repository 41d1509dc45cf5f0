public import OAuth

/// Finds the access token in a request (RFC 6750 §2).
public struct BearerTokenReader: Sendable {
    /// Whether `access_token` in a form body counts (RFC 6750 §2.2). Off: a page that can make a browser send a form
    /// could send it with a token of its own choice.
    public var readsForm = false
    /// Whether `access_token` in the query counts (RFC 6750 §2.3). Off: addresses end up in logs, histories and
    /// `Referer`, and OAuth 2.1 forbids it.
    public var readsQuery = false
    /// A longer value is refused before it is read.
    public static let maximumBytes = 16 * 1024

    public init() {}

    /// - Parameters:
    ///   - authorization: all values of the `Authorization` field.
    ///   - query: what follows `?` in the address, as it arrived.
    ///   - form: the body, if its type is `application/x-www-form-urlencoded` and the method is not GET.
    /// - Returns: `nil` if there is no token of this scheme.
    public func token(
        authorization: [String], query: String? = nil, form: [UInt8]? = nil
    ) throws(AccessRefusal) -> Secret? {
        var found: [Secret] = []
        if let token = try Self.token(authorization) { found.append(token) }
        if readsQuery, let query { try Self.append(Array(query.utf8), to: &found) }
        if readsForm, let form { try Self.append(form, to: &found) }
        // RFC 6750 §2: not more than one method in each request.
        guard found.count <= 1 else { throw .malformedRequest("the request has more than one access token") }
        return found.first
    }

    private static func token(_ values: [String]) throws(AccessRefusal) -> Secret? {
        guard values.count <= 1 else { throw .malformedRequest("the request has more than one Authorization field") }
        guard let value = values.first?.utf8 else { return nil }
        let scheme = value.prefix { $0 != 0x20 }
        guard scheme.count == 6, zip(scheme, "bearer".utf8).allSatisfy({ $0 | 0x20 == $1 }) else { return nil }
        let token = value.dropFirst(6).drop { $0 == 0x20 }
        guard token.count <= maximumBytes, isToken68(token) else {
            throw .malformedRequest("the Authorization field has no well-formed access token")
        }
        return Secret(String(Substring(token)))
    }

    private static func append(_ bytes: [UInt8], to found: inout [Secret]) throws(AccessRefusal) {
        for pair in bytes.split(separator: 0x26) {
            let name = pair.prefix { $0 != 0x3D }
            guard isNamedAccessToken(name) else { continue }
            let value = pair.dropFirst(name.count).dropFirst()
            guard value.count <= maximumBytes, isToken68(value) else {
                throw .malformedRequest("access_token is not well formed")
            }
            found.append(Secret(String(decoding: value, as: UTF8.self)))
        }
    }

    /// However the name is encoded, so that no spelling of it slips past the count.
    private static func isNamedAccessToken(_ name: ArraySlice<UInt8>) -> Bool {
        guard name.count <= 36, let form = try? FormParameters(Array(name) + [0x3D, 0x78]) else { return false }
        return form["access_token"] != nil
    }

    /// `b64token` of RFC 6750 §2.1
    private static func isToken68(_ bytes: some BidirectionalCollection<UInt8>) -> Bool {
        let text = bytes.prefix { $0 != 0x3D }
        guard !text.isEmpty, bytes.dropFirst(text.count).allSatisfy({ $0 == 0x3D }) else { return false }
        return text.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E, 0x2B, 0x2F: true
            default: false
            }
        }
    }
}
