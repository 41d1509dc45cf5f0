import OAuth
import ResourceServer

/// What must hold for whatever a stranger sends as an access token.
enum BearerProperties {
    /// The input as an `Authorization` field, as a query and as a body: what is found stands in the input as it is, is a
    /// `b64token`, and is found in one place only.
    static func bearer(_ bytes: [UInt8]) {
        guard let text = String(validating: bytes, as: UTF8.self) else { return }
        var reader = BearerTokenReader()
        let header = try? reader.token(authorization: [text])
        check(header, in: bytes)
        precondition(header == nil || isBearer(bytes), "a header of another scheme was accepted")
        precondition((try? reader.token(authorization: [text, text])) == nil, "two fields were accepted")
        precondition((try? reader.token(authorization: [], query: text, form: bytes)) == nil, "read unasked")
        reader.readsQuery = true
        reader.readsForm = true
        let query = try? reader.token(authorization: [], query: text)
        check(query, in: bytes)
        precondition(
            query == (try? reader.token(authorization: [], form: bytes)), "query and form are read differently")
        guard query != nil else { return }
        precondition(
            (try? reader.token(authorization: [], query: text, form: bytes)) == nil, "two places were accepted")
        precondition((try? reader.token(authorization: ["Bearer abc"], query: text)) == nil, "two places were accepted")
    }

    private static func check(_ token: Secret?, in bytes: [UInt8]) {
        guard let value = (token?.revealedValue.utf8).map(Array.init) else { return }
        precondition(!value.isEmpty && value.count <= BearerTokenReader.maximumBytes, "no token, or too long")
        precondition(value.allSatisfy { 0x21...0x7E ~= $0 && $0 != 0x22 && $0 != 0x5C && $0 != 0x2C }, "no b64token")
        precondition(bytes.contains(value), "a token was rewritten")
    }

    private static func isBearer(_ bytes: [UInt8]) -> Bool {
        String(decoding: bytes.prefix(7), as: UTF8.self).lowercased() == "bearer "
    }
}
