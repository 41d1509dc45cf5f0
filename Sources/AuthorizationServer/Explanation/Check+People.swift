/// Why a person, or an administrator, was not let in.
extension Check {
    static let ofPeople: KeyValuePairs<Check, Explanation> = [
        .accountUnknown: Explanation(
            "Nobody signs in under this name.", checked: "What was typed as name, in lower case.",
            passes: "The user name or verified address of somebody.", change: "'tessera user list --search NAME'."),
        .passwordUnset: Explanation(
            "The person has no password yet.", checked: "Whether there is one.", passes: "A person with a password.",
            change: "'tessera user invite ID' or 'tessera user reset-link ID'."),
        .passwordWrong: Explanation(
            "The password is wrong.", checked: "The password against the stored hash.", passes: "The right password.",
            change: "'tessera user reset-link ID'."),
        .accountDisabled: Explanation(
            "The password is right, and the person is disabled.", checked: "Whether the person may act.",
            passes: "A person who is enabled.", change: "'tessera user enable ID'."),
        .accountLocked: Explanation(
            "The password is right, and the person is locked down.", checked: "Whether the person may act.",
            passes: "A person who was released.", change: "'tessera user release ID'."),
        .formToken: Explanation(
            "A form was sent that no page of this server made for this browser.",
            checked: "The form's token against the browser's cookie, and where the request came from.",
            passes: "A form of a page of this server, sent from the same browser with its cookies.",
            change: "Cookies must reach the server; behind a proxy see proxy.trusted and issuer."),
    ]

    static let ofAdministration: KeyValuePairs<Check, Explanation> = [
        .originPresent: Explanation(
            "A page of a browser asked the administration API.", checked: "Whether there is an Origin header.",
            passes: "A request without Origin.", change: "Nothing: browsers are never let in."),
        .peerNotAllowed: Explanation(
            "Another user of this machine asked.", checked: "The user behind the socket.",
            passes: "root, or the user that the server runs as.",
            change: "Run the command as one of them, or with sudo."),
        .peerUnknown: Explanation(
            "The operating system does not say who asked.", checked: "The user behind the socket.",
            passes: "A connection whose user is known.", change: "Use administration.socket without something between."),
        .socketOnly: Explanation(
            "This operation is for the Unix socket only.", checked: "How the request came.",
            passes: "The same over administration.socket.", change: "Run the command on the server's machine."),
        .unsupportedMediaType: Explanation(
            "The body is not JSON.", checked: "Content-Type.", passes: "application/json.",
            change: "The caller's configuration."),
        .payloadTooLarge: Explanation(
            "The body is too large.", checked: "Its length.", passes: "At most 65,536 bytes.",
            change: "Send less at once."),
        .conflict: Explanation(
            "What is stored does not allow the change.", checked: "What is stored.",
            passes: "A change that fits what is stored.", change: "Read it again; the answer says what is in the way."),
        .preconditionFailed: Explanation(
            "It was changed meanwhile.", checked: "If-Match against the version that is stored.",
            passes: "The stored version.", change: "Read it again and repeat the change."),
    ]
}
