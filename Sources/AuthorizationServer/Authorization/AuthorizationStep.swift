package import OAuth

/// What the browser at the authorization endpoint gets.
package enum AuthorizationStep: Sendable {
    /// The request waits under this handle; the browser comes back with it, and its cookies.
    case wait(handle: Secret)
    case signIn(SignInPrompt)
    case consent(ConsentPrompt)
    /// To an address that the client registered, with a code or an error; the name is what people know the client by.
    case respond(AuthorizationResponse, clientName: String?)
    /// A page, and nothing to the client.
    case refuse(AuthorizationFault)
}
