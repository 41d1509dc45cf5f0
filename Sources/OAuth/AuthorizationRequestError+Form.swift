extension AuthorizationRequestError {
    /// The parameters that say where the answer goes. A `request_uri` stands for a whole request that says so instead.
    private static let placing: Set = ["client_id", "redirect_uri", "response_mode", "state", "request_uri"]

    /// What is wrong with a form in which a parameter is repeated or badly encoded, and what the form says, beyond
    /// doubt, of where to tell the client (RFC 6749 §4.1.2.1).
    ///
    /// `nil` if just that is in doubt: which of two clients or addresses is meant would depend on who reads the form. A
    /// `state` in doubt is left out: it changes nothing about where the answer goes.
    public init?(_ error: OAuthError, in body: [UInt8]) {
        let fields = body.split(separator: 0x26, maxSplits: FormParameters.maximumCount)
        guard fields.count <= FormParameters.maximumCount else { return nil }
        var values: [String: [String?]] = [:]
        for field in fields {
            let equals = field.firstIndex(of: 0x3D) ?? field.endIndex
            // A name that cannot be read is none of these; what has no value counts as absent (RFC 6749 §3.1).
            guard let name = try? FormParameters.decode(field[..<equals]), Self.placing.contains(name) else { continue }
            let value = field[equals...].dropFirst()
            if !value.isEmpty { values[name, default: []].append(try? FormParameters.decode(value)) }
        }
        guard values["request_uri"] == nil else { return nil }
        var form = FormWriter()
        for (name, found) in values {
            if found.count == 1, let value = found[0] {
                form.append(name, value)
            } else if name != "state" {
                return nil
            }
        }
        guard let readable = try? FormParameters(form.bytes),
            let frame = try? AuthorizationRequest.Frame(readable)
        else { return nil }
        self.init(error, frame)
    }
}
