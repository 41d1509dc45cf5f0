import AuthorizationServer
import JOSE
import OAuth
import Storage
import StorageTesting
import TestSupport
import Testing

@Suite struct `Administering people` {
    @Test func `needs the right`() async throws {
        let people = try await People()
        let bob = try await people.person("bob")
        let now = People.start
        let administration = people.administration
        let writes: [(Administrator) async throws -> Void] = [
            { _ = try await administration.createUser(UserDraft(username: "x"), by: $0, at: now) },
            { _ = try await administration.updateUser(bob.id, with: UserUpdate(isEnabled: false), by: $0, at: now) },
            { _ = try await administration.lockDown(bob.id, by: $0, at: now) },
            { _ = try await administration.release(bob.id, by: $0, at: now) },
            { try await administration.setPassword(Secret("x"), of: bob.id, by: $0, at: now) },
            { _ = try await administration.invite(bob.id, by: $0, at: now) },
            { _ = try await administration.resetLink(for: bob.id, by: $0, at: now) },
            { try await administration.endSessions(of: bob.id, by: $0, at: now) },
            { try await administration.endSession(SessionID(unchecked: "s"), by: $0, at: now) },
            { try await administration.endAuthorization(GrantID(unchecked: "g"), by: $0, at: now) },
            { try await administration.endApplication(People.shop, of: bob.id, by: $0, at: now) },
            { try await administration.deleteUser(bob.id, by: $0, at: now) },
        ]
        for write in writes { #expect(await refusal { try await write(.reader) } == .rightMissing(.write)) }
        let reads: [(Administrator) async throws -> Void] = [
            { _ = try await administration.users(after: nil, limit: 10, by: $0, at: now) },
            { _ = try await administration.user(bob.id, by: $0, at: now) },
            { _ = try await administration.sessions(of: bob.id, by: $0, at: now) },
            { _ = try await administration.authorizations(of: bob.id, by: $0, at: now) },
            { _ = try await administration.consents(of: bob.id, by: $0, at: now) },
        ]
        for read in reads { #expect(await refusal { try await read(.nobody) } == .rightMissing(.read)) }
        #expect(try await people.store.user(bob.id) == bob)
    }

    @Test(.requirement("9068-5-1"))
    func `gives the id of a person to no client and no resource, which would be taken for them`() async throws {
        let people = try await People()
        let id = "u1"
        _ = try await people.store.insert(Sample.user(id), password: nil, with: Effects([]))
        let credentials = CredentialsDraft(method: "client_secret_basic")
        let taken = AdministrationError.conflict("the id is taken by a client, a resource or a person")
        #expect(
            await refusal {
                _ = try await people.administration.createClient(
                    ClientDraft(id: id, name: "Bob", credentials: credentials), by: .root, at: People.start)
            } == taken)
        #expect(
            await refusal {
                _ = try await people.administration.createResource(
                    ResourceDraft(
                        id: id, identifier: "https://bob.example", name: "Bob", credentials: credentials,
                        scope: "read"), by: .root, at: People.start)
            } == taken)
        #expect(try await people.store.client(ClientID(unchecked: id)) == nil)
    }

    @Test func `names all that is wrong at once`() async throws {
        let people = try await People()
        let draft = UserDraft(
            username: "a\u{0}b", email: "no address", passwordHash: Secret("$1$old$hash"),
            attributes: JSONObject([("shoe", .integer(43)), ("name", .integer(1))]), groups: ["g", "g"],
            roles: ["\n"])
        let fields = await problemFields {
            _ = try await people.administration.createUser(draft, by: .root, at: People.start)
        }
        #expect(
            Set(fields) == [
                "username", "email", "password_hash", "attributes.shoe", "attributes.name", "groups[1]", "roles[0]",
            ])
    }

    @Test func `keeps names and addresses unique, across both`() async throws {
        let people = try await People()
        try await people.person("bob")
        for draft in [
            UserDraft(username: "BOB"), UserDraft(username: "bob@mail.example"),
            UserDraft(username: "carl", email: "Bob@Mail.example"),
        ] {
            let error = await refusal {
                _ = try await people.administration.createUser(draft, by: .root, at: People.start)
            }
            guard case .conflict? = error else {
                Issue.record("created twice")
                return
            }
        }
    }

    @Test func `refuses weak passwords, also from administrators`() async throws {
        let people = try await People()
        let fields = await problemFields {
            _ = try await people.administration.createUser(
                UserDraft(username: "bob", password: Secret("bob bob bob bob bob")), by: .root, at: People.start)
        }
        #expect(fields == ["password"])
    }

    @Test func `changes only what is named, and only from the version that was read`() async throws {
        let people = try await People()
        let bob = try await people.person("bob")
        let changed = try await people.administration.updateUser(
            bob.id,
            with: UserUpdate(
                attributes: JSONObject([("phone_number", .string("+49 30 1"))]), groups: ["staff"], roles: ["editor"]),
            expecting: bob.version, by: .root, at: People.start)
        #expect(changed.groups == ["staff"] && changed.roles == ["editor"] && changed.email == bob.email)
        #expect(changed.attributes.string("phone_number") == "+49 30 1")
        let stale = await refusal {
            _ = try await people.administration.updateUser(
                bob.id, with: UserUpdate(groups: []), expecting: bob.version, by: .root, at: People.start)
        }
        #expect(stale == .stale(current: changed.version))
        #expect(try await people.events("user.updated").map(\.detail) == ["changed attributes, groups, roles"])
    }

    @Test func `a locked account stays shut until it is released, whatever is changed about it`() async throws {
        let people = try await People()
        let bob = try await people.person("bob")
        _ = try await people.administration.lockDown(bob.id, by: .root, at: People.start)
        _ = try await people.administration.updateUser(
            bob.id, with: UserUpdate(roles: ["x"]), by: .root, at: People.start)
        let new = Secret("seven umbrellas against the window")
        try await people.administration.setPassword(new, of: bob.id, by: .root, at: People.start)
        #expect(try await people.signIn("bob", new.revealedValue).isRefused)
        _ = try await people.administration.release(bob.id, by: .root, at: People.start)
        _ = try await people.signedIn("bob", new.revealedValue)
    }

    @Test func `shows nobody a password, a hash or a link that was mailed`() async throws {
        let people = try await People()
        let bob = try await people.person("bob")
        let eve = try await people.person("eve", password: nil)
        for link in [
            try await people.administration.resetLink(for: bob.id, by: .root, at: People.start),
            try await people.administration.invite(eve.id, by: .root, at: People.start),
        ] { #expect(link.isMailed && link.address == nil) }
        let listed = try await people.administration.users(after: nil, limit: 10, by: .root, at: People.start)
        let events = try await people.store.events(AuditQuery(limit: 1000))
        let text = "\(listed) \(events)"
        #expect(!text.contains("argon2") && !text.contains("tsl_") && !text.contains(People.password))
    }

    @Test func `invites nobody who has a password`() async throws {
        let people = try await People()
        let bob = try await people.person("bob")
        let refusal = await refusal {
            _ = try await people.administration.invite(bob.id, by: .root, at: People.start)
        }
        #expect(refusal == .conflict("the user has a password; send a reset link instead"))
        _ = await people.provider.deliverMail(at: People.start)
        #expect(people.mailbox.mails.isEmpty)
    }

    @Test func `tells a person of another password or address, as if they had changed it`() async throws {
        let people = try await People()
        let bob = try await people.person("bob")
        let typo = try await people.person("typo", isVerified: false)
        for (user, address) in [(bob, "robert@mail.example"), (typo, "right@mail.example")] {
            for update in [UserUpdate(roles: ["editor"]), UserUpdate(email: .set(address))] {
                _ = try await people.administration.updateUser(user.id, with: update, by: .root, at: People.start)
            }
        }
        _ = await people.provider.deliverMail(at: People.start)
        let moved = try #require(people.mailbox.mails.first)
        #expect(moved.recipient.rawValue == "bob@mail.example" && moved.text.contains("robert@mail.example"))
        // Who runs the place is named, and not where they sit.
        #expect(moved.text.contains("Tessera") && !moved.text.contains(Administrator.root.address))
        #expect(people.mailbox.mails.count == 1, "an address that nobody proved is told nothing")
        let new = Secret("seven umbrellas against the window")
        try await people.administration.setPassword(new, of: bob.id, by: .root, at: People.start)
        _ = await people.provider.deliverMail(at: People.start)
        #expect(people.mailbox.mails.count == 2)
        #expect(people.mailbox.mails.last?.recipient.rawValue == "robert@mail.example")
    }

    @Test(arguments: [true, false])
    func `takes an address for proven only by a link that went there`(isMailed: Bool) async throws {
        let people = try await People(sendsMail: isMailed)
        let new = Secret("seven umbrellas against the window")
        for isInvited in [true, false] {
            let name = isInvited ? "bob" : "carl"
            let user = try await people.person(name, password: isInvited ? nil : People.password, isVerified: false)
            let administration = people.administration
            let issued =
                try await isInvited
                ? administration.invite(user.id, by: .root, at: People.start)
                : administration.resetLink(for: user.id, by: .root, at: People.start)
            #expect(issued.isMailed == isMailed)
            _ = await people.provider.deliverMail(at: People.start)
            let handed = issued.address?.revealedValue.split(separator: "=").last.map { Secret(String($0)) }
            let link = isMailed ? try people.mailbox.link() : try #require(handed)
            let browser = People.browser()
            let outcome =
                try await isInvited
                ? people.provider.acceptInvitation(
                    link: link, password: new, again: new, browser: browser, at: People.start)
                : people.provider.resetPassword(
                    link: link, password: new, again: new, browser: browser, at: People.start)
            guard case .done = outcome else {
                Issue.record("not taken: \(outcome)")
                return
            }
            _ = try await people.signedIn(name, new.revealedValue)
            #expect(try await people.store.user(user.id)?.isEmailVerified == isMailed)
        }
    }

    @Test(.requirement("oidc-core-2-3")) func `deletes a person with everything, and frees the name`() async throws {
        let people = try await People()
        let bob = try await people.person("bob")
        let (browser, session) = try await people.signedIn("bob")
        let given = try await people.give(People.shop, in: session)
        try await people.administration.deleteUser(bob.id, by: .root, at: People.start)
        #expect(try await !people.isSignedIn(browser))
        #expect(people.provider.revocations.hasEnded(given.id))
        let again = try await people.person("bob")
        #expect(again.id != bob.id)
    }
}

@Suite struct `A relying party's registration` {
    private static func draft(_ change: (inout RelyingPartyDraft) -> Void = { _ in }) -> ClientDraft {
        var party = RelyingPartyDraft(redirectURIs: ["https://app.example/cb"])
        change(&party)
        return ClientDraft(
            name: "App", credentials: CredentialsDraft(method: "client_secret_basic"), relyingParty: party)
    }

    @Test func `has safe defaults`() async throws {
        let people = try await People()
        let client = try await people.administration.createClient(Self.draft(), by: .root, at: People.start).value
        let party = try #require(client.relyingParty)
        #expect(client.grantTypes == [.authorizationCode, .refreshToken])
        #expect(party.idTokenAlgorithm == .ES256 && !party.mayOmitPKCE && !party.isFirstParty)
    }

    @Test(
        .requirement(
            "oidc-rp-initiated-logout-3.1-1", "6749-2-2", "6749-3.1.2-1", "6749-3.1.2-3", "6749-3.1.2.1-1",
            "6749-3.1.2.2-4"),
        arguments: [
            "http://app.example/cb", "https://app.example/cb#x", "https://*.example/cb", "javascript:alert(1)",
            "https://app.example/a/../cb", "/cb", "",
        ])
    func `takes no redirect address that could be another's`(_ address: String) async throws {
        let people = try await People()
        let fields = await problemFields {
            _ = try await people.administration.createClient(
                Self.draft {
                    $0.redirectURIs = [address]
                    $0.postLogoutRedirectURIs = [address]
                }, by: .root, at: People.start)
        }
        #expect(fields == ["redirect_uris[0]", "post_logout_redirect_uris[0]"])
    }

    @Test(.requirement("oidc-back-channel-logout-2.2-1", "6749-3.1.2.2-1", "6749-3.1.2.2-3"))
    func `names all that is wrong at once`() async throws {
        let people = try await People()
        let draft = Self.draft {
            $0.redirectURIs = []
            $0.postLogoutRedirectURIs = ["https://app.example/bye", "https://app.example/bye"]
            $0.identityScope = "openid everything"
            $0.subjectType = "secret"
            $0.idTokenAlgorithm = "none"
            $0.backchannelLogoutURI = "http://app.example/logout"
            $0.defaultMaxAge = .set(-1)
            $0.defaultResource = "https://orders.example"
        }
        let fields = await problemFields {
            _ = try await people.administration.createClient(draft, by: .root, at: People.start)
        }
        #expect(
            Set(fields) == [
                "redirect_uris", "post_logout_redirect_uris[1]", "scope", "subject_type",
                "id_token_signed_response_alg", "backchannel_logout_uri", "default_max_age", "default_resource",
            ])
    }

    @Test func `lets no public client go without PKCE`() async throws {
        let people = try await People()
        var draft = Self.draft { $0.mayOmitPKCE = true }
        draft.credentials = CredentialsDraft(method: "none")
        let fields = await problemFields {
            _ = try await people.administration.createClient(draft, by: .root, at: People.start)
        }
        #expect(fields == ["may_omit_pkce"])
    }

    @Test func `asks people only for what exists, and never for administration`() async throws {
        let people = try await People()
        for resource in ["https://nowhere.example", people.provider.administrationResource.rawValue] {
            let fields = await problemFields {
                _ = try await people.administration.createClient(
                    Self.draft { $0.resourceScopes = [resource: "tessera:admin:read"] }, by: .root, at: People.start)
            }
            #expect(fields.allSatisfy { $0 == "resource_scopes" } && !fields.isEmpty)
        }
    }

    @Test(.requirement("oidc-core-8.1-2")) func `gives pairwise subjects one host`() async throws {
        let people = try await People()
        let one = try await people.administration.createClient(
            Self.draft { $0.subjectType = "pairwise" }, by: .root, at: People.start)
        #expect(one.value.relyingParty?.sectorIdentifier == "app.example")
        let fields = await problemFields {
            _ = try await people.administration.createClient(
                Self.draft {
                    $0.subjectType = "pairwise"
                    $0.redirectURIs = ["https://a.example/cb", "https://b.example/cb"]
                }, by: .root, at: People.start)
        }
        #expect(fields == ["sector_identifier"])
    }

    @Test func `keeps what a change does not name, and removes what it empties`() async throws {
        let people = try await People()
        let client = try await people.administration.createClient(
            Self.draft { $0.homeURI = "https://app.example/" }, by: .root, at: People.start
        ).value
        var change = RelyingPartyDraft()
        change.homeURI = ""
        change.isFirstParty = true
        let changed = try await people.administration.updateClient(
            client.id, with: ClientChange(relyingParty: change), by: .root, at: People.start)
        #expect(changed.relyingParty?.homeURI == nil && changed.relyingParty?.isFirstParty == true)
        #expect(changed.relyingParty?.redirectURIs == ["https://app.example/cb"])
    }
}
