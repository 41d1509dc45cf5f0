import AuthorizationServer
import JOSE
import OAuth
import Risk
import Storage
import StorageTesting
import TestSupport
import Testing

@Suite struct `Management of a registration` {
    private func body(_ id: ClientID, _ more: String = "") -> String {
        #"{"client_id":"\#(id)","redirect_uris":["https://app.example/cb"]\#(more)}"#
    }

    @Test(.requirement("7592-2.1-1"), .requirement("7592-3-1"), .requirement("7592-2-2"))
    func `reads what is registered`() async throws {
        let issuer = try await Registrations(isOpen: true)
        let made = try await issuer.register()
        let access = try #require(made.accessToken)
        let read = try await issuer.provider.registration(
            of: made.clientID, with: access, caller: Registrations.caller, at: People.start
        ).response
        #expect(read.metadata == made.metadata)
        #expect(read.accessToken == access)
        #expect(read.clientSecret == nil)
        #expect(read.registrationURI == "https://id.example/clients/\(made.clientID)")
    }

    @Test(.requirement("7592-2-3"), .requirement("7592-2.1-2"))
    func `takes the client's own token only`() async throws {
        let issuer = try await Registrations(isOpen: true)
        let (made, other) = (try await issuer.register(), try await issuer.register())
        let stranger = try #require(other.accessToken)
        for id in [made.clientID, People.shop, ClientID(unchecked: "nobody")] {
            await #expect(throws: Rejection.registrationTokenWrong) {
                try await issuer.provider.registration(
                    of: id, with: stranger, caller: Registrations.caller, at: People.start)
            }
            await #expect(throws: Rejection.registrationTokenWrong) {
                try await issuer.provider.deleteRegistration(
                    of: id, with: stranger, caller: Registrations.caller, at: People.start)
            }
        }
        #expect(try await issuer.people.store.client(made.clientID) != nil)
    }

    @Test func `lets nobody guess tokens at full speed, and keeps no other address from its own`() async throws {
        let issuer = try await Registrations(isOpen: true) { $0.guessThrottle = .init(burst: 3, perHour: 60) }
        let made = try await issuer.register()
        let access = try #require(made.accessToken)
        func read(_ token: Secret, from address: String) async throws {
            _ = try await issuer.provider.registration(
                of: made.clientID, with: token, caller: Caller(address: address, requestID: "r"), at: People.start)
        }
        for guess in 0..<3 {
            await #expect(throws: Rejection.registrationTokenWrong) {
                try await read(Secret("tsx_\(guess)"), from: "192.0.2.66")
            }
        }
        // The right one, too: the answer to a guess would otherwise be known.
        for token in [access, Secret("tsx_4")] {
            let error = await #expect(throws: Rejection.self) { try await read(token, from: "192.0.2.66") }
            #expect(error?.reason == "throttled" && error?.retryAfter != nil)
        }
        try await read(access, from: "192.0.2.67")
    }

    @Test func `slows down a client that changes its registration over and over`() async throws {
        let issuer = try await Registrations(isOpen: true) { $0.changeThrottle = .init(burst: 3, perHour: 60) }
        let (made, other) = (try await issuer.register(), try await issuer.register())
        for _ in 0..<2 { _ = try await issuer.update(made, to: body(made.clientID)) }
        await #expect(throws: OAuthError.self) { try await issuer.update(made, to: "{}") }
        // Neither by deleting nor as another client from the same address.
        for client in [made, other] {
            let access = try #require(client.accessToken)
            let error = await #expect(throws: Rejection.self) {
                try await issuer.provider.deleteRegistration(
                    of: client.clientID, with: access, caller: Registrations.caller, at: People.start)
            }
            #expect(error?.reason == "throttled")
        }
        await #expect(throws: Rejection.self) {
            try await issuer.provider.updateRegistration(
                of: made.clientID, to: Array(body(made.clientID).utf8), with: try #require(made.accessToken),
                caller: Caller(address: "198.51.100.1", requestID: "r"), at: People.start)
        }
        _ = try await issuer.update(made, to: body(made.clientID), at: People.start + .seconds(60))
    }

    @Test(.requirement("7592-2.1-3")) func `is closed to a client that was disabled`() async throws {
        let issuer = try await Registrations(isOpen: true)
        let made = try await issuer.register()
        _ = try await issuer.people.administration.updateClient(
            made.clientID, with: ClientChange(isEnabled: false), by: .root, at: People.start)
        await #expect(throws: Rejection.rightMissing(made.clientID, required: "registration")) {
            try await issuer.update(made, to: body(made.clientID))
        }
    }

    @Test(.requirement("7592-2.2-1")) func `replaces all values`() async throws {
        let issuer = try await Registrations(isOpen: true)
        let made = try await issuer.register(
            #"{"redirect_uris":["https://app.example/cb"],"client_name":"App","client_uri":"https://app.example/"}"#)
        let updated = try await issuer.update(made, to: body(made.clientID, #","client_name":"New""#))
        #expect(updated.metadata.name == "New")
        #expect(updated.metadata.clientURI == nil)
        #expect(updated.clientSecret == nil)
        let client = try #require(try await issuer.people.store.client(made.clientID))
        #expect(client.credentials.secrets.map(\.hash) == [made.clientSecret.map { TokenHash(of: $0) }])
        #expect(client.relyingParty?.registrationToken == made.accessToken.map { TokenHash(of: $0) })
        #expect(client.createdAt == People.start)
    }

    @Test(
        .requirement("7592-2.2-2"), .requirement("7592-2.2-3"), .requirement("7592-2.2-4"),
        .requirement("7592-2.2-5"),
        arguments: [
            #","registration_access_token":"tsx_x""#, #","registration_client_uri":"https://x.example""#,
            #","client_secret_expires_at":0"#, #","client_id_issued_at":1"#, #","client_secret":"tsc_wrong""#,
            #","software_statement":"x""#, #","grant_types":["client_credentials"]"#,
        ])
    func `refuses what an update must not contain`(member: String) async throws {
        let issuer = try await Registrations(isOpen: true)
        let made = try await issuer.register()
        let error = await #expect(throws: OAuthError.self) {
            try await issuer.update(made, to: body(made.clientID, member))
        }
        #expect(error?.code == .invalidClientMetadata)
        await #expect(throws: OAuthError.self) { try await issuer.update(made, to: body(People.shop)) }
        await #expect(throws: OAuthError.self) { try await issuer.update(made, to: Registrations.plain) }
    }

    @Test func `does not let a client trust itself`() async throws {
        let issuer = try await Registrations(isOpen: true)
        let made = try await issuer.register()
        var party = RelyingPartyDraft()
        party.isFirstParty = true
        _ = try await issuer.people.administration.updateClient(
            made.clientID, with: ClientChange(relyingParty: party), by: .root, at: People.start)
        _ = try await issuer.update(made, to: body(made.clientID))
        let client = try #require(try await issuer.people.store.client(made.clientID))
        #expect(client.relyingParty?.isFirstParty == false)
    }

    @Test func `takes nothing along of what people agreed to before a change`() async throws {
        let issuer = try await Registrations(isOpen: true)
        try await issuer.people.person("ada")
        let browser = try await issuer.people.signedIn("ada").browser
        let made = try await issuer.register()
        var callback = "https://app.example/cb"
        func asked(_ scope: String, at now: NumericDate) async throws -> ConsentPrompt? {
            let form = try Journey.parameters([
                "client_id": made.clientID.rawValue, "redirect_uri": callback, "scope": scope,
            ])
            guard case .wait(let handle) = try await issuer.provider.authorize(form, browser: browser, at: now),
                case .consent(let prompt) = try await issuer.provider.resumeAuthorization(
                    handle, browser: browser, at: now)
            else { return nil }
            return prompt
        }
        func agree(to scope: String, at now: NumericDate) async throws {
            let prompt = try #require(try await asked(scope, at: now))
            let choice = ConsentChoice(isAllowed: true, items: Set(prompt.items.map(\.id)))
            let outcome = try await issuer.provider.decide(prompt.handle, choice, browser: browser, at: now)
            #expect(outcome == .noted)
        }
        try await agree(to: "openid profile email", at: People.start)
        #expect(try await asked("openid profile", at: People.start) == nil)
        callback = "https://other.example/cb"
        _ = try await issuer.update(
            made, to: #"{"client_id":"\#(made.clientID)","redirect_uris":["\#(callback)"],"client_name":"Bank"}"#,
            at: People.start + .seconds(60))
        let later = People.start + .seconds(120)
        let again = try #require(try await asked("openid profile email", at: later))
        #expect(again.items.allSatisfy { !$0.isNew }, "nothing counts that it could be new beside")
        try await agree(to: "openid", at: later)
        #expect(try await asked("openid", at: later) == nil)
        let more = try #require(try await asked("openid profile email", at: later))
        #expect(Set(more.items.filter(\.isNew).map(\.id)) == ["profile", "email"])
    }

    @Test(.requirement("7592-2.3-2"), .requirement("7592-2.3-3")) func `deletes a client and its tokens`() async throws
    {
        let issuer = try await Registrations(isOpen: true)
        let made = try await issuer.register()
        let access = try #require(made.accessToken)
        _ = try await issuer.provider.deleteRegistration(
            of: made.clientID, with: access, caller: Registrations.caller, at: People.start)
        #expect(try await issuer.people.store.client(made.clientID) == nil)
        #expect(try await issuer.people.store.epochs()[.client(made.clientID)] == 1)
        await #expect(throws: Rejection.registrationTokenWrong) {
            try await issuer.provider.registration(
                of: made.clientID, with: access, caller: Registrations.caller, at: People.start)
        }
    }
}
