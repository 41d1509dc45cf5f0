/// The answer to a refused request.
extension RequestRefusal {
    /// The code of the error body; the standards' word where one fits.
    var code: String { status == 501 || status == 505 ? "unsupported" : "invalid_request" }

    var response: ServerResponse {
        .error(status, code, ReasonPhrase.of(status), facts: RequestFacts(decision: reason))
    }
}
