import AuthorizationServer
import OAuth
import Testing

@Suite struct `The explanations of checks` {
    /// One of each case.
    static let rejections: [Rejection] = {
        let client = ClientID(unchecked: "svc")
        let resource = ResourceIndicator(unchecked: "https://orders.example")
        let token = TokenID(unchecked: "t")
        let plain: [Rejection] = [
            .clientUnknown, .clientDisabled(client), .clientMethodWrong(client), .clientSecretWrong(client),
            .assertionKeyUnknown(client), .assertionKeysUnavailable(client), .assertionSignatureWrong(client),
            .assertionReplayed(client), .throttled(nil, retryAfter: 1), .notAClient(client), .publicCaller(client),
            .grantTypeNotAllowed(client), .resourceNotNamed(client), .resourceNotPermitted(client, resource),
            .resourceDisabled(client, resource), .scopeNotPermitted(client, resource),
            .revokesTooOften(client, retryAfter: 1), .signingKeyMissing(resource), .scopeExceedsGrant(client),
            .registrationTokenWrong, .registrationsFull, .tokenOfAnotherClient(client, token),
            .audienceWrong(client, token), .rightMissing(client, required: "openid"), .notAResource(client),
            .tooManyReaders(client, retryAfter: 1), .feedKeyMissing(client), .snapshotTooLarge(client, bytes: 1),
            .keyResourceNotNamed(GrantID(unchecked: "k")), .keyScopeTooWide(GrantID(unchecked: "k")),
        ]
        let claims = ["iss", "sub", "aud", "exp", "nbf", "iat", "jti"]
        return plain + claims.map { .assertionClaimsWrong(client, claim: $0) }
            + APIKeyFault.allCases.map { .apiKeyRefused($0, nil, retryAfter: nil) }
            + CodeFault.allCases.map { .codeRefused(client, $0) }
            + RefreshTokenFault.allCases.map { .refreshTokenRefused(client, $0) }
            + TokenFault.allCases.map { .tokenNotAccepted($0) }
            + OAuthError.Code.allCases.map { .authorizationRequestWrong(client, OAuthError($0, "")) }
    }()

    @Test func `exist for each check, once, and say something of their own`() {
        let listed = Check.groups.flatMap { $0.explanations.map(\.key) }
        #expect(Set(listed) == Set(Check.allCases))
        #expect(listed.count == Check.allCases.count)
        let texts = Check.groups.flatMap { $0.explanations.map(\.value) }
        #expect(Set(texts).count == texts.count)
        for explanation in texts {
            for sentence in [explanation.refused, explanation.checked, explanation.wouldPass, explanation.change] {
                #expect(sentence.hasSuffix(".") && sentence.count > 5, "\(sentence)")
            }
        }
    }

    @Test func `are found from every rejection`() {
        for rejection in Self.rejections {
            #expect(Check(reason: rejection.reason) != .other, "\(rejection.reason)")
        }
        // What pushed requests are refused for has the codes of the standards.
        #expect(Check(reason: "request_invalid_request") == .invalidRequest)
        #expect(Check(reason: "request_gone") == .requestGone)
        #expect(Check(reason: "conflict: POST /admin/v1/clients") == .conflict)
        #expect(Check(reason: "nonsense") == .other)
    }

    @Test func `are found from every fault of an authorization request`() {
        let client = ClientID(unchecked: "web")
        let faults: [AuthorizationFault] = [
            .clientMissing, .clientUnknown, .clientDisabled(client), .notARelyingParty(client),
            .redirectURIWrong(client), .malformed(OAuthError(.invalidRequest, "")), .pushedRequestWrong, .gone,
            .ofAnotherBrowser,
        ]
        for fault in faults {
            switch fault {
            case .clientMissing, .clientUnknown, .clientDisabled, .notARelyingParty, .redirectURIWrong, .malformed,
                .pushedRequestWrong, .gone, .ofAnotherBrowser:
                #expect(Check(reason: fault.reason) != .other)
            }
        }
        for code in OAuthError.Code.allCases { #expect(Check(reason: code.rawValue) != .other) }
    }
}
