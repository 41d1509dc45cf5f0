/// The header fields that every answer of a listener carries.
struct StandingHeaders: Sendable {
    let fields: [HeaderFields.Field]
    /// The same as bytes of HTTP/1.1, from the end of the line before.
    let encoded: [UInt8]

    /// - Parameter secure: whether the public address is `https`, so that browsers may be told to keep to it.
    init(secure: Bool) {
        var fields: [HeaderFields.Field] = [
            .init(name: "x-content-type-options", value: "nosniff"),
            .init(name: "referrer-policy", value: "no-referrer"),
            .init(name: "content-security-policy", value: "default-src 'none'; frame-ancestors 'none'"),
        ]
        if secure { fields.append(.init(name: "strict-transport-security", value: "max-age=31536000")) }
        self.fields = fields
        encoded = Array(("\r\n" + fields.map { "\($0.name): \($0.value)\r\n" }.joined()).utf8)
    }
}
