import Authenticators
import AuthorizationServer
import JOSE
import OAuth
import Risk
import Storage
import Testing

@Suite struct `The throttle of sign-ins` {
    /// Room everywhere but where a test looks.
    private static func policy(_ change: (inout PeoplePolicy) -> Void) -> ServerPolicy {
        var policy = ServerPolicy()
        let wide = ThrottlePolicy(burst: 1_000_000, perHour: 1)
        policy.people.accountThrottle = wide
        policy.people.accountAddressThrottle = wide
        policy.people.browserThrottle = wide
        policy.people.addressThrottle = wide
        policy.people.knownBrowserThrottle = wide
        change(&policy.people)
        return policy
    }

    @Test func `judges no more of 200 at once than of 200 in a row`() async throws {
        let people = try await People(
            policy: Self.policy { $0.accountThrottle = ThrottlePolicy(burst: 50, perHour: 2) })
        try await people.person("bob")
        let before = people.hasher.measures.finished
        let throttled = try await withThrowingTaskGroup(of: Bool.self) { group in
            for index in 0..<200 {
                group.addTask {
                    let browser = People.browser("198.51.100.\(index)")
                    return try await people.signIn("bob", "wrong wrong wrong", in: browser).wait != nil
                }
            }
            return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(people.hasher.measures.finished - before == 50)
        #expect(throttled == 150)
    }

    @Test func `never counts a person under the address that is their name, nor the address`() async throws {
        let people = try await People(
            policy: Self.policy {
                $0.accountThrottle = ThrottlePolicy(burst: 2, perHour: 1)
                $0.addressThrottle = ThrottlePolicy(burst: 4, perHour: 1)
            })
        for name in ["198.51.100.7", "203.0.113.9", "bob"] { try await people.person(name) }
        for index in 0..<8 {
            let elsewhere = People.browser("192.0.2.\(index)")
            _ = try await people.signIn("198.51.100.7", "wrong wrong wrong", in: elsewhere)
        }
        #expect(try await people.signIn("198.51.100.7", in: People.browser("192.0.2.99")).wait != nil)
        #expect(try await people.signIn("bob", in: People.browser("198.51.100.7")).wait == nil)
        for index in 0..<8 {
            _ = try await people.signIn("nobody-\(index)", "wrong wrong wrong", in: People.browser("203.0.113.9"))
        }
        #expect(try await people.signIn("bob", in: People.browser("::FFFF:203.0.113.9")).wait != nil)
        #expect(try await people.signIn("203.0.113.9", in: People.browser("192.0.2.98")).wait == nil)
    }

    @Test func `lets fewer than a hundred wrong passwords through on any day`() async throws {
        let people = try await People()
        try await people.person("bob")
        let before = people.hasher.measures.finished
        for second in stride(from: Int64(0), to: 86_400, by: 120) {
            let browser = People.browser("203.0.113.\(second % 251)")
            _ = try await people.signIn("bob", "wrong wrong wrong", in: browser, at: People.start + .seconds(second))
        }
        #expect(people.hasher.measures.finished - before < 100)
    }

    @Test func `never slows the browser that the owner used before`() async throws {
        let people = try await People(
            policy: Self.policy {
                $0.accountThrottle = ThrottlePolicy(burst: 5, perHour: 1)
                $0.knownBrowserThrottle = ThrottlePolicy(burst: 5, perHour: 1)
            })
        try await people.person("bob")
        let (own, _) = try await people.signedIn("bob")
        for _ in 0..<20 { _ = try await people.signIn("bob", "wrong wrong wrong", in: People.browser("203.0.113.9")) }
        let stranger = try await people.signIn("bob", in: People.browser("203.0.113.9"))
        #expect(try #require(stranger.wait) <= 3600)
        _ = try await people.signedIn("bob", in: own)
        // Whoever guesses in that very browser is slowed all the same.
        for _ in 0..<5 { _ = try await people.signIn("bob", "wrong wrong wrong", in: own) }
        #expect(try await people.signIn("bob", in: own).wait != nil)
    }

    /// Where many share an address: an office, a school, a mobile network.
    private static func narrowAddress() async throws -> (people: People, own: Browser) {
        let people = try await People(
            policy: policy { $0.addressThrottle = ThrottlePolicy(burst: 5, perHour: 1) })
        for name in ["ann", "bob"] { try await people.person(name) }
        return (people, try await people.signedIn("bob").browser)
    }

    @Test func `never slows the browser that the owner used before for what strangers do at its address`()
        async throws
    {
        let (people, own) = try await Self.narrowAddress()
        for index in 0..<8 { _ = try await people.signIn("nobody-\(index)", "wrong wrong wrong") }
        #expect(try await people.signIn("bob").wait != nil)
        _ = try await people.signedIn("bob", in: own)
    }

    @Test func `slows nobody for what the owner mistypes at the same address in a browser used before`() async throws {
        let (people, own) = try await Self.narrowAddress()
        for _ in 0..<8 { _ = try await people.signIn("bob", "wrong wrong wrong", in: own) }
        _ = try await people.signedIn("ann")
    }

    @Test(arguments: ["lockdown", "password"])
    func `lets nobody in for a mail of before the account was shut or its password set`(by event: String) async throws {
        let people = try await People(
            policy: Self.policy { $0.accountThrottle = ThrottlePolicy(burst: 5, perHour: 1) })
        let bob = try await people.person("bob")
        let own = Browser(
            secret: SecretGenerator.system.secret(.browser), session: nil, caller: Issuance.caller)
        people.provider.requestReset(login: "bob", browser: own, at: People.start)
        _ = await people.provider.deliverMail(at: People.start)
        let new = Secret("seven umbrellas against the window")
        _ = try await people.provider.resetPassword(
            link: try people.mailbox.link(), password: new, again: new, browser: own, at: People.start)
        if event == "lockdown" {
            _ = try await people.administration.lockDown(bob.id, by: .root, at: People.start)
            _ = try await people.administration.release(bob.id, by: .root, at: People.start)
        } else {
            try await people.administration.setPassword(new, of: bob.id, by: .root, at: People.start)
        }
        for _ in 0..<20 { _ = try await people.signIn("bob", "wrong wrong wrong", in: People.browser("203.0.113.9")) }
        #expect(try await people.signIn("bob", new.revealedValue, in: own).wait != nil)
    }

    @Test func `lets the owner in after a reset by mail, in the browser where it was done`() async throws {
        let people = try await People(
            policy: Self.policy { $0.accountThrottle = ThrottlePolicy(burst: 5, perHour: 1) })
        try await people.person("bob")
        for _ in 0..<20 { _ = try await people.signIn("bob", "wrong wrong wrong", in: People.browser("203.0.113.9")) }
        let own = Browser(
            secret: SecretGenerator.system.secret(.browser), session: nil, caller: Issuance.caller)
        #expect(try await people.signIn("bob", in: own).wait != nil)
        people.provider.requestReset(login: "bob", browser: own, at: People.start)
        _ = await people.provider.deliverMail(at: People.start)
        let new = Secret("seven umbrellas against the window")
        _ = try await people.provider.resetPassword(
            link: try people.mailbox.link(), password: new, again: new, browser: own, at: People.start)
        _ = try await people.signedIn("bob", new.revealedValue, in: own)
        #expect(try await people.signIn("bob", new.revealedValue, in: People.browser("203.0.113.9")).wait != nil)
    }

    @Test(arguments: ["account", "account at one address"])
    func `counts guesses under user name and address together, so that the right one helps no more`(
        by count: String
    ) async throws {
        let people = try await People(
            policy: Self.policy {
                let narrow = ThrottlePolicy(burst: 4, perHour: 1)
                if count == "account" { $0.accountThrottle = narrow } else { $0.accountAddressThrottle = narrow }
            })
        try await people.person("bob")
        let (own, _) = try await people.signedIn("bob")
        for login in ["bob", "bob@mail.example", "BOB", "bob@mail.example"] {
            #expect(try await people.signIn(login, "wrong wrong wrong").isRefused)
        }
        let before = people.hasher.measures.finished
        for login in ["bob", "bob@mail.example"] { #expect(try await people.signIn(login).isRefused) }
        #expect(people.hasher.measures.finished - before == 2, "it takes as long as a wrong password")
        let details = try await people.events("sign_in.refused").map(\.detail)
        #expect(details.contains { $0.hasPrefix("throttled") })
        _ = try await people.signedIn("bob@mail.example", in: own)
        // What was not judged is no guess at the account.
        _ = try await people.signedIn("bob", at: People.start + .seconds(3600))
    }

    @Test func `tells nobody which user name and which address are one account's`() async throws {
        let people = try await People(
            policy: Self.policy { $0.accountAddressThrottle = ThrottlePolicy(burst: 4, perHour: 1) })
        for name in ["ann", "bob"] { try await people.person(name) }
        for (index, second) in ["bob", "ann", "nobody"].enumerated() {
            // Each pair is tried from an address of its own.
            let browser = People.browser("203.0.113.\(index)")
            for login in ["bob@mail.example", second] {
                for _ in 0..<4 {
                    #expect(try await people.signIn(login, "wrong wrong wrong", in: browser).isRefused)
                }
                #expect(try await people.signIn(login, "wrong wrong wrong", in: browser).wait != nil)
            }
        }
    }

    @Test func `slows guesses at a name of nobody like those at somebody's`() async throws {
        let people = try await People(
            policy: Self.policy { $0.accountThrottle = ThrottlePolicy(burst: 4, perHour: 1) })
        try await people.person("bob")
        for login in ["bob", "nobody"] {
            for _ in 0..<4 { #expect(try await people.signIn(login, "wrong wrong wrong").isRefused) }
            #expect(try await people.signIn(login, "wrong wrong wrong").wait != nil)
        }
    }

    @Test(arguments: ["address", "browser"])
    func `slows who tries many accounts`(from place: String) async throws {
        let people = try await People(
            policy: Self.policy {
                let narrow = ThrottlePolicy(burst: 5, perHour: 1)
                if place == "address" { $0.addressThrottle = narrow } else { $0.browserThrottle = narrow }
            })
        let secret = SecretGenerator.system.secret(.browser)
        func browser(_ index: Int) -> Browser {
            let address = place == "address" ? "2001:db8:1:2:\(index)::1" : "203.0.113.\(index)"
            return Browser(
                secret: place == "browser" ? secret : nil, session: nil, caller: Caller(address: address, requestID: "")
            )
        }
        for index in 1...5 { #expect(try await people.signIn("name-\(index)", "x", in: browser(index)).isRefused) }
        #expect(try await people.signIn("name-6", "x", in: browser(6)).wait != nil)
    }

    @Test func `is one for every page that asks for a password`() async throws {
        let people = try await People(
            policy: Self.policy { $0.knownBrowserThrottle = ThrottlePolicy(burst: 4, perHour: 1) })
        try await people.person("bob")
        let (browser, _) = try await people.signedIn("bob")
        let account = try await people.account(of: browser)
        let wrong = Secret("wrong wrong wrong")
        let new = Secret("seven umbrellas against the window")
        _ = try await account.changePassword(current: wrong, to: new, again: new, at: People.start)
        _ = try await account.delete(password: wrong, at: People.start)
        _ = try await account.changeAddress(to: "b@mail.example", password: wrong, at: People.start)
        _ = try await people.signIn("bob", "wrong wrong wrong", in: browser)
        guard case .throttled = try await account.delete(password: Secret(People.password), at: People.start) else {
            Issue.record("the fifth attempt was judged")
            return
        }
    }
}
