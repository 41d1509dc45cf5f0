import OAuth

extension AuthorizationFault {
    /// What the request said where it went wrong.
    func evidence(in form: FormParameters?) -> Evidence {
        switch self {
        case .clientMissing: Evidence("no client_id")
        case .clientUnknown: Evidence("client_id \(form?["client_id"] ?? "(none)")")
        case .clientDisabled(let id), .notARelyingParty(let id): Evidence("client \(id)")
        case .redirectURIWrong: Evidence("redirect_uri \(form?["redirect_uri"] ?? "(none)")")
        case .malformed(let error): Evidence(error.description)
        case .pushedRequestWrong: form?["request_uri"].map { Evidence(Secret($0)) } ?? .none
        case .gone: Evidence("a request that waits no more")
        case .ofAnotherBrowser: Evidence("a browser that does not have the cookie of the one that began")
        }
    }
}
