package import AuthorizationServer

/// What answers every request of a listener, and whose audit log is told of those that it never gets to see.
package struct AuditedHandler: Sendable {
    let provider: OpenIDProvider
    let respond: ServerRequest.Handler

    package init(_ provider: OpenIDProvider, respond: @escaping ServerRequest.Handler) {
        self.provider = provider
        self.respond = respond
    }
}
