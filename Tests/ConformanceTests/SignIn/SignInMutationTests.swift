import AuthorizationServer
import Gateway
import JOSE
import OAuth
import Testing

/// Takes a sign-in that works, breaks one thing, and reads the word of the log.
@Suite(.timeLimit(.minutes(10))) struct `The word of a gateway for a sign-in with one thing broken` {
    @Test func `names each thing`() async throws {
        try await SignInStage.run { stage in
            let ada = try await stage.issuer.person("ada")
            var reached: Set<GatewayWord> = []
            /// Does one thing after which a word is said that was not said before.
            func breaking(_ word: GatewayWord, _ body: (inout StageBrowser) async throws -> Void) async throws {
                #expect(!stage.said(word), "\(word) was said before")
                var browser = StageBrowser(stage, .proxy)
                try await body(&browser)
                #expect(stage.said(word), "\(word) was not said")
                reached.insert(word)
            }

            try await stage.hearRevocations()
            try await breaking(.signInNeeded) { _ = try await $0.open("/pages") }
            try await breaking(.returnMalformed) { _ = try await $0.open("/.tessera/sign-in?to=//evil.example") }
            try await breaking(.signInHostUnknown) {
                $0.host = "elsewhere.example"
                _ = try await $0.open("/.tessera/sign-in")
            }
            try await breaking(.signInUnknown) { browser in
                let location = try await browser.leave("/pages")
                let yes = try await stage.issuer.yes(to: location, of: ada, at: stage.now)
                browser.cookies = [:]
                _ = try await browser.open(yes.callback)
            }
            try await breaking(.signInRefused) { browser in
                let location = try await browser.leave("/pages")
                _ = try await browser.open(try stage.issuer.no(to: location))
            }
            try await breaking(.signInAnswerInvalid) { browser in
                let location = try await browser.leave("/pages")
                let yes = try await stage.issuer.yes(to: location, of: ada, at: stage.now)
                _ = try await browser.open(yes.callback.replacing("iss=https", with: "iss=http"))
            }
            try await breaking(.signInUnavailable) { browser in
                let location = try await browser.leave("/pages")
                let yes = try await stage.issuer.yes(to: location, of: ada, at: stage.now)
                stage.cutIssuer(true)
                _ = try await browser.open(yes.callback)
                stage.cutIssuer(false)
            }
            try await breaking(.stepUpUnmet) { browser in
                let location = try await browser.leave("/strong")
                let weak = try await stage.issuer.yes(to: location, of: ada, acr: "1", at: stage.now)
                _ = try await browser.open(weak.callback)
            }
            try await breaking(.stepUpNeeded) { browser in
                try await browser.signIn(as: ada)
                _ = try await browser.open("/strong")
            }
            try await breaking(.foreignPage) { browser in
                try await browser.signIn(as: ada)
                _ = try await browser.send("POST", "/pages", [("origin", "https://evil.example")])
            }
            try await breaking(.sessionEnded) { browser in
                let (_, grant) = try await browser.signIn(as: ada)
                try await Administration(provider: stage.issuer.provider).endAuthorization(
                    grant, by: stage.issuer.administrator, at: stage.now)
                try await stage.hearRevocations()
                _ = try await browser.open("/pages")
            }
            try await breaking(.logoutTokenInvalid) {
                _ = try await $0.send("POST", "/.tessera/back-channel-logout", [], body: "logout_token=x")
            }
            #expect(reached.union([.sessionTokenUnusable]) == Set(GatewayWord.signIn), "each has a mutation")
        }
    }

    @Test func `names a token that is good elsewhere`() async throws {
        try await SignInStage.run(judging: ResourceIndicator(unchecked: "https://elsewhere.example")) { stage in
            let ada = try await stage.issuer.person("ada")
            var browser = StageBrowser(stage, .proxy)
            let location = try await browser.leave("/pages")
            let yes = try await stage.issuer.yes(to: location, of: ada, at: stage.now)
            let answer = try await browser.open(yes.callback)
            #expect(answer.status == 403 && browser.sessionCookie == nil, "and no loop")
            #expect(stage.said(.sessionTokenUnusable))
        }
    }
}
