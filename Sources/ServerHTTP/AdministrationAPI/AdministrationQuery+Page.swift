import AuthorizationServer

extension AdministrationQuery {
    /// How many things one page may have.
    func limit() throws(AdministrationError) -> Int {
        Int(try number("limit", in: 1...Int64(Administration.maximumPage)) ?? 100)
    }
}
