import AuthorizationServer
import JOSE
import OAuth
import Storage
import StorageTesting
import Testing

@Suite struct `What people see of what happened` {
    private static let midnight = NumericDate(secondsSince1970: 20_000 * 86_400)

    private static func signedIn() async throws -> (people: People, person: String, account: AccountArea) {
        let people = try await People()
        let bob = try await people.person("bob")
        let (browser, _) = try await people.signedIn("bob")
        return (people, "user:\(bob.id)", try await people.account(of: browser))
    }

    private static func attempt(
        _ action: String = "sign_in.refused", on person: String, from address: String, at moment: NumericDate
    ) -> AuditEvent {
        AuditEvent(
            at: moment, action: action, outcome: action.hasSuffix("refused") ? .refusal : .success,
            actor: "anonymous", target: person, address: address)
    }

    @Test func `stays in sight, however often and from wherever strangers try something`() async throws {
        let (people, person, account) = try await Self.signedIn()
        let attempts = (0..<300).map { index in
            Self.attempt(on: person, from: "203.0.113.\(index % 52)", at: People.start + .seconds(index))
        }
        let wishes = (0..<300).map { index in
            Self.attempt(
                "account.reset_requested", on: person, from: "203.0.113.9", at: People.start + .seconds(400 + index))
        }
        _ = try await people.store.append(attempts + wishes)
        let activity = try await account.activity()
        #expect(activity.map(\.kind) == [.resetRequested, .signInRefused, .signedIn, .created])
        let refused = try #require(activity.first { $0.kind == .signInRefused })
        #expect(refused.count == 300 && refused.places == 52)
        #expect(refused.lastAt == People.start + .seconds(299))
        let asked = try #require(activity.first)
        #expect(asked.count == 300 && asked.places == 1 && asked.address == "203.0.113.9")
    }

    @Test func `is one line for what strangers tried of one kind on one day`() async throws {
        let (people, person, account) = try await Self.signedIn()
        let moments = [-86_401, -86_400, -1, 0, 1].map { Self.midnight + .seconds($0) }
        var folded = Self.attempt(on: person, from: "192.0.2.7", at: Self.midnight + .seconds(5))
        folded.count = 40
        folded.lastAt = Self.midnight + .seconds(50)
        _ = try await people.store.append(
            moments.map { Self.attempt(on: person, from: "192.0.2.7", at: $0) } + [folded])
        let refused = try await account.activity().filter { $0.kind == .signInRefused }
        #expect(refused.map(\.count) == [42, 2, 1])
        #expect(refused.first?.lastAt == folded.lastAt)
    }

    @Test func `has limits of its own for what was done and for what strangers tried`() async throws {
        let (people, person, account) = try await Self.signedIn()
        let days = (0..<40).map { Self.midnight + .seconds(86_400 * $0) }
        let deeds = (0..<70).map { index in
            AuditEvent(
                at: Self.midnight + .seconds(index), action: "account.profile_changed", actor: person, target: person,
                address: "192.0.2.1")
        }
        _ = try await people.store.append(days.map { Self.attempt(on: person, from: "192.0.2.7", at: $0) } + deeds)
        let activity = try await account.activity()
        #expect(activity.filter { $0.kind == .profileChanged }.count == 50)
        let refused = activity.filter { $0.kind == .signInRefused }
        #expect(refused.count == AccountArea.maximumLinesOfStrangers && refused.first?.lastAt == days.last)
    }
}
