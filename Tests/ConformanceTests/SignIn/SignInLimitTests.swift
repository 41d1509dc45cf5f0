import Gateway
import Testing

@Suite(.timeLimit(.minutes(10))) struct `The addresses of a gateway's own` {
    /// As many requests of one address as are told, and no more while a test runs.
    private static func policy(_ requests: Int) -> SignInPolicy {
        var policy = SignInPolicy()
        policy.requestsPerAddress = requests
        policy.requestsWindow = RateLimit.longestWindow
        return policy
    }

    @Test(arguments: SignInStage.Form.allCases)
    func `answer nobody more often than they may ask`(_ form: SignInStage.Form) async throws {
        try await SignInStage.run(policy: Self.policy(4)) { stage in
            var browser = StageBrowser(stage, form)
            let paths = ["/sign-in?to=/pages", "/callback", "/sign-out", "/nothing"].map { OwnPath.prefix + $0 }
            for (path, status) in zip(paths, [302, 403, 200, 404]) {
                #expect(try await browser.open(path).status == status, "\(path)")
            }
            for path in paths {
                let refused = try await browser.open(path)
                #expect(refused.status == 429 && refused["retry-after"] != nil, "\(path)")
            }
            let own = [("origin", "https://www.example")]
            #expect(try await browser.send("POST", OwnPath.signOut.path, own, body: "").status == 429)
            #expect(stage.said(.rateLimited))
            // What is counted here is counted nowhere else, and for this address alone.
            #expect(browser.way(try await browser.open("/pages")) == "/.tessera/sign-in?to=/pages")
            let other = try await stage.send(
                .forwardAuth, "GET", paths[0], host: browser.host,
                StageBrowser.navigation + [("x-forwarded-for", "192.0.2.9")])
            #expect(other.status == 302)
        }
    }

    @Test func `hear the issuer however often others ask there`() async throws {
        try await SignInStage.run(policy: Self.policy(4)) { stage in
            let ada = try await stage.issuer.person("ada")
            var browser = StageBrowser(stage, .proxy)
            // Two of the four: the way to the issuer, and back.
            try await browser.signIn(as: ada)
            let session = try #require(stage.issuerSession)
            func end(_ token: String) async throws -> Int {
                try await stage.send(
                    .proxy, "POST", OwnPath.backChannelLogout.path, host: "www.example", [],
                    body: "logout_token=" + token
                ).status
            }
            for status in [400, 400, 429, 429] { #expect(try await end("x") == status) }
            #expect(try await browser.open(OwnPath.signOut.path).status == 429)
            #expect(try await browser.open("/pages").status == 200)
            #expect(try await end(try stage.issuer.logoutToken(ada, session: session, at: stage.now)) == 200)
            #expect(try await browser.open("/pages").status == 302)
        }
    }
}
