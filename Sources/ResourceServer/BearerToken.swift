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

    /// Of what the `Authorization` field carries, before its letters are looked at: a token of this fingerprint that is
    /// remembered was well formed. `nil` where a token could be elsewhere, or there is not one field of this scheme.
    func fingerprint(authorization: [String], query: String?, form: [UInt8]?) -> TokenFingerprint? {
        guard authorization.count == 1, var value = authorization.first else { return nil }
        guard !(readsQuery && query != nil), !(readsForm && form != nil) else { return nil }
        return value.withUTF8 { bytes in
            guard let rest = Self.credentials(in: bytes), rest.count <= Self.maximumBytes else { return nil }
            return TokenFingerprint(rest)
        }
    }

    private static func token(_ values: [String]) throws(AccessRefusal) -> Secret? {
        guard values.count <= 1 else { throw .malformedRequest("the request has more than one Authorization field") }
        guard var value = values.first else { return nil }
        // Every request comes through here, so the bytes are read in place.
        let (isBearer, token) = value.withUTF8 { bytes -> (Bool, Secret?) in
            guard let rest = credentials(in: bytes) else { return (false, nil) }
            guard rest.count <= maximumBytes, isToken68(rest) else { return (true, nil) }
            return (true, Secret(String(decoding: rest, as: UTF8.self)))
        }
        guard isBearer else { return nil }
        guard let token else {
            throw .malformedRequest("the Authorization field has no well-formed access token")
        }
        return token
    }

    /// What follows the scheme; `nil` if it is another one (RFC 9110 §11.4).
    private static func credentials(in bytes: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8>? {
        let scheme: StaticString = "bearer"
        let length = scheme.utf8CodeUnitCount
        guard bytes.count >= length, bytes.count == length || bytes[length] == 0x20 else { return nil }
        for index in 0..<length where bytes[index] | 0x20 != scheme.utf8Start[index] { return nil }
        var start = length
        while start < bytes.count, bytes[start] == 0x20 { start &+= 1 }
        return UnsafeBufferPointer(rebasing: bytes[start...])
    }

    private static func append(_ bytes: [UInt8], to found: inout [Secret]) throws(AccessRefusal) {
        for pair in bytes.split(separator: 0x26) {
            let name = pair.prefix { $0 != 0x3D }
            guard isNamedAccessToken(name) else { continue }
            let value = pair.dropFirst(name.count).dropFirst()
            guard value.count <= maximumBytes, value.withUnsafeBufferPointer(isToken68) else {
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
    private static func isToken68(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        var end = bytes.count
        while end > 0, bytes[end &- 1] == 0x3D { end &-= 1 }
        guard end > 0 else { return false }
        // Without a branch for each byte, so that many are compared at once.
        var others: UInt8 = 0
        for index in 0..<end {
            let byte = bytes[index]
            let isLetter: UInt8 = (byte | 0x20) &- 0x61 < 26 ? 1 : 0
            let isDigit: UInt8 = byte &- 0x30 < 10 ? 1 : 0
            let isEnd: UInt8 = byte == 0x2D ? 1 : byte == 0x2E ? 1 : byte == 0x5F ? 1 : 0
            let isMark: UInt8 = byte == 0x7E ? 1 : byte == 0x2B ? 1 : byte == 0x2F ? 1 : 0
            others |= 1 ^ (isLetter | isDigit | isEnd | isMark)
        }
        return others == 0
    }
}
