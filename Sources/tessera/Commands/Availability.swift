/// The sentence of every command's help that says whether it needs the server.
enum Availability {
    static let needsServer = "Needs the running server: it asks its administration socket."
    static let needsNothing = "Works while the server is stopped, too."
    static let needsStoppedServer = "Needs a stopped server: it takes the lock of the database itself."
    static let eitherWay =
        "Works while the server runs (it then does the work) and while it is stopped (this command then takes the lock "
        + "of the database itself)."
    static let anyIssuer =
        "Works against any OAuth server by its issuer URL; nothing of this machine's installation is needed."
}
