/// The header fields that every answer of a listener carries.
struct StandingHeaders: Sendable {
    private let fields: [HeaderFields.Field]
    private let fieldsBesidePolicy: [HeaderFields.Field]
    private let encoded: [UInt8]
    private let encodedBesidePolicy: [UInt8]

    /// - Parameter secure: whether the public address is `https`, so that browsers may be told to keep to it.
    init(secure: Bool) {
        var fields: [HeaderFields.Field] = [
            .init(name: "x-content-type-options", value: "nosniff"),
            .init(name: "referrer-policy", value: "no-referrer"),
        ]
        if secure { fields.append(.init(name: "strict-transport-security", value: "max-age=31536000")) }
        let policy = HeaderFields.Field(
            name: Self.policyName, value: "default-src 'none'; frame-ancestors 'none'")
        fieldsBesidePolicy = fields
        self.fields = fields + [policy]
        encodedBesidePolicy = Self.encode(fieldsBesidePolicy)
        encoded = Self.encode(self.fields)
    }

    private static let policyName = "content-security-policy"

    private static func encode(_ fields: [HeaderFields.Field]) -> [UInt8] {
        Array(("\r\n" + fields.map { "\($0.name): \($0.value)\r\n" }.joined()).utf8)
    }

    /// The fields for one answer. A page has a content security policy of its own, and a browser that is given two
    /// enforces both.
    func fields(for response: ServerResponse) -> [HeaderFields.Field] {
        response.headers.first(Self.policyName) == nil ? fields : fieldsBesidePolicy
    }

    /// The same as bytes of HTTP/1.1, from the end of the line before.
    func encoded(for response: ServerResponse) -> [UInt8] {
        response.headers.first(Self.policyName) == nil ? encoded : encodedBesidePolicy
    }
}
