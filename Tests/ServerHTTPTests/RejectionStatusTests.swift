import AuthorizationServer
import FoundationEssentials
import JOSE
import OAuth
import ServerHTTP
import Testing

@Suite struct `The status of a refusal` {
    private static let client = ClientID(unchecked: "shop")

    /// Whose fault it is that somebody has to wait: 429 is the caller's, 503 the server's (RFC 6585 §4).
    @Test(arguments: [
        (Rejection.throttled(client, retryAfter: 1), 429),
        (.revokesTooOften(client, retryAfter: 1), 429), (.apiKeyRefused(.quotaUsed, nil, retryAfter: 1), 429),
        (.refreshTokenRefused(client, .late), 400),
    ])
    func `tells who is too fast to wait`(rejection: Rejection, status: Int) throws {
        let response = ServerResponse.rejection(rejection)
        #expect(response.status == status)
        #expect((response.headers.first("retry-after") != nil) == (status == 429))
        let error = try JSONObject(parsing: response.body).string("error")
        #expect(error == (status == 429 ? "temporarily_unavailable" : "invalid_grant"))
    }
}
