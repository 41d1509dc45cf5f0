import AuthorizationServer
import JOSE
import OAuth
import Storage
import Testing

@Suite(.timeLimit(.minutes(5))) struct `Refusals in the audit log` {
    private static func refuse(_ issuance: Issuance, at now: NumericDate) {
        issuance.provider.recordRefusal(
            of: "token", reason: "client_secret_wrong", client: ClientID(unchecked: "svc"), caller: Issuance.caller,
            at: now)
    }

    @Test func `begin another event with each minute of a flood that never pauses`() async throws {
        let issuance = try await Issuance()
        let seconds: Int64 = 3 * 3600
        for second in 0..<seconds {
            let now = Issuance.start + .seconds(second)
            Self.refuse(issuance, at: now)
            #expect(await issuance.provider.flush(at: now).isEmpty)
        }
        let events = try await issuance.events("token.refused")
        #expect(events.map(\.count).reduce(0, +) == seconds)
        // One for each minute: neither one for all hours, nor one for each refusal.
        #expect((170...181).contains(events.count), "\(events.count)")
        for event in events { #expect(event.lastAt - event.at <= .seconds(61)) }
    }

    @Test func `are one event within a minute, and another at its 61st second`() async throws {
        let issuance = try await Issuance()
        for second: Int64 in [0, 59] {
            Self.refuse(issuance, at: Issuance.start + .seconds(second))
            #expect(await issuance.provider.flush(at: Issuance.start + .seconds(second)).isEmpty)
        }
        #expect(await issuance.provider.flush(at: Issuance.start + .seconds(60)).isEmpty)
        Self.refuse(issuance, at: Issuance.start + .seconds(61))
        #expect(await issuance.provider.flush(at: Issuance.start + .seconds(61)).isEmpty)
        let events = try await issuance.events("token.refused")
        #expect(events.map(\.count) == [2, 1])
        #expect(events.map(\.at) == [Issuance.start, Issuance.start + .seconds(61)])
        #expect(events.first?.lastAt == Issuance.start + .seconds(59))
    }

    @Test func `are none less when they are written long after their minute`() async throws {
        let issuance = try await Issuance()
        for second: Int64 in [0, 1] { Self.refuse(issuance, at: Issuance.start + .seconds(second)) }
        let late = Issuance.start + .seconds(200)
        #expect(await issuance.provider.flush(at: late).isEmpty)
        Self.refuse(issuance, at: late)
        #expect(await issuance.provider.flush(at: late + .seconds(1)).isEmpty)
        #expect(try await issuance.events("token.refused").map(\.count) == [2, 1])
    }
}
