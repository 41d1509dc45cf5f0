import JOSE
import OAuth
import ResourceServer
import Testing

/// That a scope is a set of whole names: none stands for another that looks like it (attack 226).
@Suite(.timeLimit(.minutes(5))) struct ScopeRuleTests {
    private func isAdmitted(_ asked: [String], with given: JSONValue?) async throws -> Bool {
        let crafted = try CraftedIssuer()
        let token = try crafted.token([("scope", given)]).revealedValue
        let rule = AccessRule(scope: Scope(unchecked: asked))
        let guardian = AccessGuard(crafted.validator())
        do {
            _ = try await guardian.admit(authorization: ["Bearer " + token], rule: rule, at: CraftedIssuer.now)
            return true
        } catch { return false }
    }

    @Test(arguments: [
        "read", "read:", "read:al", "read:all:x", "READ:ALL", "Read:all", "read:*", "*", "read,read:all",
        "read:all,read",
    ])
    func `takes no scope for another that resembles it`(other: String) async throws {
        #expect(try await isAdmitted(["read:all"], with: .string("read:all")))
        #expect(try await !isAdmitted(["read:all"], with: .string(other)))
        #expect(try await !isAdmitted([other], with: .string("read:all")))
    }

    @Test func `takes no scope from an array, an empty text or nothing`() async throws {
        for given in [.array([.string("read:all")]), .string(""), .string(" "), .null, nil] as [JSONValue?] {
            #expect(try await !isAdmitted(["read:all"], with: given))
        }
        #expect(try await !isAdmitted(["read:all", "write"], with: .string("read:all")))
        #expect(try await isAdmitted(["read:all", "write"], with: .string("write read:all")))
    }
}
