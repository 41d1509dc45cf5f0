import JOSE
import OAuth
import ResourceServer
import Storage

/// What must hold for every text that names a person or a resource.
enum NameProperties {
    /// A name in its one form has no other.
    static func login(_ bytes: [UInt8]) {
        guard let text = String(validating: bytes, as: UTF8.self), let name = LoginName(text) else { return }
        precondition(1...LoginName.maximumLength ~= name.rawValue.utf8.count, "no name, or a long one")
        precondition(LoginName(name.rawValue) == name, "a name has two forms")
        precondition(!name.rawValue.utf8.contains { $0 < 0x20 || $0 == 0x7F }, "a control character in a name")
        precondition(LoginName(" " + text + "\t") == nil || LoginName(" " + text + " ") == name, "spaces make a name")
    }

    /// The document of a resource is at its own host, and says which resource it is of (RFC 9728 §3.1, §3.3).
    static func metadata(_ bytes: [UInt8]) {
        guard let text = String(validating: bytes, as: UTF8.self), let resource = try? ResourceIndicator(text),
            let address = ProtectedResourceMetadata.Address(of: resource)
        else { return }
        let inserted = "/.well-known/oauth-protected-resource"
        precondition(address.url.hasSuffix(address.path) && address.path.hasPrefix(inserted), "a document elsewhere")
        let origin = address.url.dropLast(address.path.count)
        let named = origin + address.path.dropFirst(inserted.count)
        precondition(named == text || named + "/" == text, "the document of another resource")
        precondition(!origin.dropFirst(8).contains("/") && !text.contains("?"), "no origin")
        guard let server = Issuer("https://id.example") else { return }
        var metadata = ProtectedResourceMetadata(resource: resource, authorizationServers: [server])
        metadata.name = text
        metadata.documentation = text
        let limits = JSONLimits.document(maximumBytes: bytes.count * 18 + 1_024)
        guard let document = try? JSONObject(parsing: metadata.json, limits: limits) else {
            preconditionFailure("the document is no JSON")
        }
        precondition(document.string("resource") == text && document.string("resource_name") == text, "rewritten")
        precondition(document["authorization_servers"] == .array([.string(server.rawValue)]), "another server")
    }
}
