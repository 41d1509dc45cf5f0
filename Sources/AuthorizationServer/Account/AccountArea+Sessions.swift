package import JOSE
package import OAuth
package import Storage

extension AccountArea {
    /// Where the person is signed in, newest first.
    package func sessions(at now: NumericDate) async throws -> [Session] {
        try await store.sessions(of: user.id, at: now).filter { !provider.isIdle($0, at: now) }
    }

    /// Ends one of the person's own sessions; nobody else's can be named.
    package func endSession(_ id: SessionID, at now: NumericDate) async throws -> AccountOutcome {
        guard try await store.session(id, at: now)?.subject == user.id else { return .gone }
        let event = event("session.ended", detail: "session=\(id)", at: now)
        try await provider.end(.session(id), because: .signedOut, with: Effects([event]), at: now)
        return .done
    }

    /// Ends all sessions, this one too, and all that applications were given.
    package func logOutEverywhere(at now: NumericDate) async throws {
        try await provider.signOutEverywhere(person, browser: browser, at: now)
        try await provider.forgetBrowsers(of: user.id, keeping: browser.hash)
    }
}
