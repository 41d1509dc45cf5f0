import AuthorizationServer
import JOSE
import OAuth
import Storage
import StorageTesting
import TestSupport
import Testing

/// The table of `docs/reference/sessions-and-endings.md`, line by line.
@Suite struct `What ends what` {
    /// What a person has: two browsers, in each of them two applications, one of them with offline access.
    struct Possessions: Sendable {
        let people: People
        let bob: User
        let here: Browser
        let there: Browser
        let hereOnline: Authorization
        let hereOffline: Authorization
        let thereOnline: Authorization
        let thereNotes: Authorization

        init() async throws {
            people = try await People()
            bob = try await people.person("bob")
            let (first, own) = try await people.signedIn("bob", in: People.browser("192.0.2.1"))
            let (second, other) = try await people.signedIn("bob", in: People.browser("192.0.2.2"))
            here = first
            there = second
            hereOnline = try await people.give(People.shop, in: own)
            hereOffline = try await people.give(People.shop, in: own, isOffline: true)
            thereOnline = try await people.give(People.shop, in: other)
            thereNotes = try await people.give(People.notes, in: other)
            for client in [People.shop, People.notes] {
                try await people.store.give(
                    Consent(
                        subject: bob.id, client: client, identityScope: Scope(unchecked: ["openid"]),
                        resourceScopes: [:], givenAt: People.start), with: Effects([]))
            }
        }

        /// What is left, in the order of the table's columns.
        func left() async throws -> [String] {
            var left: [String] = []
            if try await people.isSignedIn(here) { left.append("this session") }
            if try await people.isSignedIn(there) { left.append("other sessions") }
            if try await people.isAlive(hereOnline) { left.append("given here") }
            if try await people.isAlive(hereOffline) { left.append("given here, offline") }
            if try await people.isAlive(thereOnline) { left.append("given there") }
            if try await people.isAlive(thereNotes) { left.append("other application") }
            if try await people.store.consent(of: bob.id, to: People.shop) != nil { left.append("consent") }
            return left
        }

        func act(_ cause: Cause) async throws {
            let account = try await people.account(of: here)
            let administration = people.administration
            let now = People.start
            let new = Secret("seven umbrellas against the window")
            switch cause {
            case .signOut: try await people.provider.signOut(here, at: now)
            case .endOtherSession: _ = try await account.endSession(thereOnline.session, at: now)
            case .logOutEverywhere: try await account.logOutEverywhere(at: now)
            case .changePassword:
                // The browser has the renewed secret from now on; `here` is the old one.
                let change = try await account.changePassword(
                    current: Secret(People.password), to: new, again: new, at: now)
                guard case .renewed(let secrets) = change else { throw People.NotSignedIn() }
                #expect(try await people.isSignedIn(People.browser(secrets: secrets)))
            case .resetPassword:
                people.provider.requestReset(login: "bob", browser: People.browser(), at: now)
                _ = await people.provider.deliverMail(at: now)
                _ = try await people.provider.resetPassword(
                    link: try people.mailbox.link(), password: new, again: new, browser: People.browser(), at: now)
            case .endApplication: _ = try await account.endApplication(People.shop, at: now)
            case .deleteAccount: _ = try await account.delete(password: Secret(People.password), at: now)
            case .disableUser:
                _ = try await administration.updateUser(
                    bob.id, with: UserUpdate(isEnabled: false), by: .root, at: now)
            case .lockDown: _ = try await administration.lockDown(bob.id, by: .root, at: now)
            case .setPassword: try await administration.setPassword(new, of: bob.id, by: .root, at: now)
            case .endSessions: try await administration.endSessions(of: bob.id, by: .root, at: now)
            case .endAuthorization:
                try await administration.endAuthorization(hereOnline.id, by: .root, at: now)
            case .disableClient:
                _ = try await administration.updateClient(
                    People.shop, with: ClientChange(isEnabled: false), by: .root, at: now)
            case .changeProfile:
                _ = try await account.update(ProfileChange(attributes: ["name": "Bob"]), at: now)
            }
        }
    }

    enum Cause: String, CaseIterable, Sendable {
        case signOut, endOtherSession, logOutEverywhere, changePassword, resetPassword, endApplication, deleteAccount
        case disableUser, lockDown, setPassword, endSessions, endAuthorization, disableClient, changeProfile

        /// What is left of everything.
        var left: [String] {
            let all = [
                "this session", "other sessions", "given here", "given here, offline", "given there",
                "other application", "consent",
            ]
            let gone: Set<String> =
                switch self {
                case .signOut: ["this session", "given here"]
                case .endOtherSession: ["other sessions", "given there", "other application"]
                // The session goes on under a new secret; the old one is worth nothing.
                case .changePassword: ["this session", "other sessions", "given there", "other application"]
                case .endApplication: ["given here", "given here, offline", "given there", "consent"]
                case .deleteAccount: Set(all)
                case .endAuthorization: ["given here"]
                case .disableClient: ["given here", "given here, offline", "given there"]
                case .changeProfile: []
                case .logOutEverywhere, .resetPassword, .disableUser, .lockDown, .setPassword, .endSessions:
                    Set(all).subtracting(["consent"])
                }
            return all.filter { !gone.contains($0) }
        }
    }

    @Test(.requirement("oidc-back-channel-logout-2.7-1"), arguments: Cause.allCases)
    func `at once and in every place`(_ cause: Cause) async throws {
        let possessions = try await Possessions()
        #expect(try await possessions.left().count == 7)
        try await possessions.act(cause)
        #expect(try await possessions.left() == cause.left)
    }

    @Test func `and nothing that ended comes back with the account`() async throws {
        let possessions = try await Possessions()
        let administration = possessions.people.administration
        try await possessions.act(.lockDown)
        _ = try await administration.release(possessions.bob.id, by: .root, at: People.start)
        #expect(try await possessions.left() == ["consent"])
        try await possessions.disableAndEnableShop()
        #expect(try await possessions.left() == ["consent"])
    }
}

extension `What ends what`.Possessions {
    fileprivate func disableAndEnableShop() async throws {
        for isEnabled in [false, true] {
            _ = try await people.administration.updateClient(
                People.shop, with: ClientChange(isEnabled: isEnabled), by: .root, at: People.start)
        }
    }
}
