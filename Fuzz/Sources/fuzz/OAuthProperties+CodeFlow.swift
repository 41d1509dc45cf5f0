import JOSE
import OAuth

/// What must hold for every request of the code flow.
extension OAuthProperties {
    /// What was read and kept is the same request when it is read again.
    static func authorization(_ bytes: [UInt8]) {
        let placed = AuthorizationRequestError(OAuthError(.invalidRequest, "refused"), in: bytes)
        guard let form = try? FormParameters(bytes) else { return }
        if let placed {
            // Where nothing is in doubt, it is the same to whom and where an answer goes.
            precondition(placed.clientID?.rawValue == form["client_id"], "the answer goes to another client")
            precondition(placed.redirectURI == form["redirect_uri"], "the answer goes to another address")
            precondition(placed.state == nil || placed.state == form["state"], "the answer has another state")
        }
        _ = try? LogoutRequest(form)
        guard let request = try? AuthorizationRequest(form) else { return }
        precondition(request.state.map { Array($0.utf8) } == form["state"].map { Array($0.utf8) }, "a state changed")
        guard let again = try? AuthorizationRequest(FormParameters(request.formEncoded)) else {
            preconditionFailure("a kept request is not read")
        }
        precondition(again == request, "a kept request is read differently")
    }

    /// Nothing that can be registered has what parsers disagree about, and it matches itself.
    static func redirect(_ bytes: [UInt8]) {
        guard let text = String(validating: bytes, as: UTF8.self) else { return }
        for isNative in [false, true] {
            guard RedirectURI.registrationProblem(text, isNative: isNative) == nil else { continue }
            precondition(!bytes.contains { $0 <= 0x20 || $0 >= 0x7F || $0 == 0x23 || $0 == 0x5C }, "a hostile byte")
            precondition(isNative || text.hasPrefix("https://"), "a web client got another scheme")
            guard let match = RedirectURI.match(text, registered: [text], allowingLoopbackPorts: isNative) else {
                preconditionFailure("an address does not match itself")
            }
            precondition(text.hasPrefix(match.origin), "an address is not at its origin")
        }
        let native = RedirectURI.match(text, registered: ["http://127.0.0.1/cb"], allowingLoopbackPorts: true)
        guard native != nil else { return }
        precondition(text.hasPrefix("http://127.0.0.1") && text.hasSuffix("/cb"), "a stranger's address matched")
    }

    static func claims(_ bytes: [UInt8]) {
        guard let text = String(validating: bytes, as: UTF8.self), let claims = try? ClaimsRequest(text) else { return }
        for claim in claims.userInfo + claims.idToken {
            precondition(claim.values.count <= ClaimsRequest.maximumValues, "too many values")
        }
    }

    /// What was registered and written is read the same.
    static func registration(_ bytes: [UInt8]) {
        guard var metadata = try? ClientMetadata(parsing: bytes) else { return }
        metadata.clientID = "c"
        metadata.clientSecret = nil
        let registration = ClientRegistration(
            clientID: ClientID(unchecked: "c"), clientSecret: nil, issuedAt: NumericDate(secondsSince1970: 1),
            accessToken: nil, registrationURI: "https://id.example/clients/c", metadata: metadata)
        guard let again = try? ClientMetadata(parsing: registration.json) else {
            preconditionFailure("written metadata is not read")
        }
        precondition(again.redirectURIs == metadata.redirectURIs && again.scope == metadata.scope, "read differently")
        precondition(again.grantTypes == metadata.grantTypes && again.name == metadata.name, "read differently")
    }
}
