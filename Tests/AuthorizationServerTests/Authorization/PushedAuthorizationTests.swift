import AuthorizationServer
import JOSE
import OAuth
import Risk
import Storage
import StorageTesting
import TestSupport
import Testing

@Suite struct `A pushed authorization request` {
    private func push(
        _ journey: Journey, _ changes: [String: String?] = [:], by client: String = "web"
    ) async throws -> PushedAuthorizationResponse {
        try await journey.provider.pushAuthorization(
            Journey.parameters(changes), from: Issuance.basic(client), caller: Issuance.caller, at: Journey.start
        ).response
    }

    private func reference(
        _ pushed: PushedAuthorizationResponse, client: String = "web", more: String = ""
    ) throws -> FormParameters {
        var form = FormWriter()
        form.append("client_id", client)
        form.append("request_uri", pushed.requestURI)
        return try Issuance.form(form.text + more)
    }

    @Test(.requirement("9126-2.2-3", "9126-2.2-5", "9126-4-1", "9126-4-2", "9126-6-1", "9126-7.1-1", "9126-7.3-1"))
    func `works once, and what stands beside its reference is ignored`() async throws {
        let journey = try await Journey { $0.relyingParty?.requiresPushedRequests = true }
        let browser = try await journey.signedIn()
        let pushed = try await push(journey)
        #expect(pushed.expiresIn == 90 && pushed.requestURI.hasPrefix("urn:ietf:params:oauth:request_uri:"))
        let form = try reference(pushed, more: "&redirect_uri=https%3A%2F%2Fevil.example&state=evil&scope=openid")
        let response = try await journey.answer(form, in: browser)
        #expect(response.redirectURI.rawValue == Journey.redirectURI && response.state == "s1")
        guard
            case .refuse(.pushedRequestWrong) = try await journey.provider.authorize(
                form, browser: browser, at: Journey.start)
        else { return #expect(Bool(false), "worked twice") }
        #expect(try await journey.error(Journey.parameters(), in: browser) == .invalidRequest, "has to push")
    }

    @Test(.requirement("9126-2.2-4", "9126-4-3", "9126-4-5"))
    func `is of no use to another client, which does not use it up, nor after its time`() async throws {
        let journey = try await Journey()
        let browser = try await journey.signedIn()
        let pushed = try await push(journey)
        for form in [try reference(pushed, client: "other"), try reference(pushed, client: "shop")] {
            guard
                case .refuse(.pushedRequestWrong) = try await journey.provider.authorize(
                    form, browser: browser, at: Journey.start)
            else { return #expect(Bool(false), "went on") }
        }
        guard
            case .refuse(.pushedRequestWrong) = try await journey.provider.authorize(
                try reference(pushed), browser: browser, at: Journey.start + .seconds(90))
        else { return #expect(Bool(false), "went on after its time") }
        #expect(try await journey.error(try reference(pushed), in: browser) == nil)
    }

    @Test(
        .requirement(
            "9126-2-1", "9126-2-2", "9126-2.1-2", "9126-2.1-3", "9126-2.1-4", "9126-2.1-5", "9126-2.1-6", "9126-2.3-2",
            "9126-2.4-1", "9126-7.2-1")) func `is judged like any other, and told to the client itself`() async throws
    {
        let journey = try await Journey()
        for (changes, code) in [
            (["redirect_uri": "https://evil.example"], OAuthError.Code.invalidRequest),
            (["request_uri": "urn:x"], .invalidRequest), (["code_challenge_method": "plain"], .invalidRequest),
            (["scope": "openid admin"], .invalidScope), (["response_type": "token"], .unsupportedResponseType),
        ] as [([String: String?], OAuthError.Code)] {
            let error = await #expect(throws: Rejection.self) { try await push(journey, changes) }
            #expect(error?.oauthError.code == code)
        }
        let stranger = await #expect(throws: Rejection.self) {
            try await journey.provider.pushAuthorization(
                Journey.parameters(), from: Issuance.basic("web", Secret("wrong")), caller: Issuance.caller,
                at: Journey.start)
        }
        #expect(stranger?.oauthError.code == .invalidClient)
        #expect(try await push(journey, ["client_id": nil]).expiresIn == 90, "the header names the client")
    }

    @Test(.requirement("9126-4-4", "9126-7.4-1"))
    func `is judged again when it is used, by what the client may do then`() async throws {
        let changes = [
            (ClientChange(isEnabled: false), "client_disabled"),
            (
                ClientChange(relyingParty: RelyingPartyDraft(redirectURIs: ["https://web.example/other"])),
                "redirect_uri_wrong"
            ),
        ]
        for (change, reason) in changes {
            let journey = try await Journey()
            let browser = try await journey.signedIn()
            let pushed = try await push(journey)
            _ = try await journey.people.administration.updateClient(
                Journey.web, with: change, by: .root, at: Journey.start)
            let step = try await journey.provider.authorize(reference(pushed), browser: browser, at: Journey.start)
            guard case .refuse(let fault) = step else { return #expect(Bool(false), "went on") }
            #expect(fault.reason == reason)
        }
    }

    @Test func `of a client that authenticated outlives a flood by strangers, at the page, too`() async throws {
        var policy = ServerPolicy()
        policy.waitingRequests = 16
        let journey = try await Journey(policy: policy)
        let browser = try await journey.signedIn()
        func flood() async throws {
            for number in 0..<40 {
                let caller = Caller(address: "2001:db8:\(number)::1", requestID: "r")
                _ = try await journey.provider.authorize(
                    Journey.parameters(), browser: Browser(secret: nil, session: nil, caller: caller),
                    at: Journey.start)
            }
        }
        let pushed = try await push(journey)
        try await flood()
        guard
            case .wait(let handle) = try await journey.provider.authorize(
                reference(pushed), browser: browser, at: Journey.start)
        else { return #expect(Bool(false), "the pushed request is gone") }
        try await flood()
        guard
            case .consent = try await journey.provider.resumeAuthorization(handle, browser: browser, at: Journey.start)
        else { return #expect(Bool(false), "the page is gone") }
    }

    @Test(.requirement("9126-2.3-5")) func `of a public client is slowed at one address, as anybody can send one`()
        async throws
    {
        var policy = ServerPolicy()
        policy.requestThrottle = ThrottlePolicy(burst: 3, perMinute: 1)
        let journey = try await Journey(policy: policy) {
            $0 = Journey.client(Journey.web, method: .none)
        }
        func pushAsAnybody(from address: String) async throws {
            _ = try await journey.provider.pushAuthorization(
                Journey.parameters(), from: try ClientCredentials(authorization: nil, form: Journey.parameters()),
                caller: Caller(address: address, requestID: "r1"), at: Journey.start)
        }
        for _ in 0..<3 { try await pushAsAnybody(from: "192.0.2.1") }
        let error = await #expect(throws: Rejection.self) { try await pushAsAnybody(from: "192.0.2.1") }
        #expect(error?.reason == "throttled")
        try await pushAsAnybody(from: "198.51.100.9")
    }

    /// Also when the operator has closed the registration since.
    @Test(arguments: [true, false])
    func `of a client that registered itself counts as a stranger's`(isOpen: Bool) async throws {
        var policy = ServerPolicy()
        policy.registration.isOpen = isOpen
        policy.requestThrottle = ThrottlePolicy(burst: 3, perMinute: 1)
        let journey = try await Journey(policy: policy) {
            $0.relyingParty?.registrationToken = TokenHash(of: Secret("tsx_own"))
        }
        for _ in 0..<3 { _ = try await push(journey) }
        let rejection = await #expect(throws: Rejection.self) { _ = try await push(journey) }
        #expect(rejection?.reason == "throttled")
    }
}
