import JOSE
import OAuth
import OAuthClient

/// What the application remembers of its visitors, by the secret in their cookie; in memory and bounded.
actor Visitors {
    struct Visitor {
        /// Sign-ins under way, the newest last: a person may have several tabs.
        var pending: [PendingSignIn] = []
        var person: Person?
        var lastSeen: NumericDate
    }

    private var visitors: [String: Visitor] = [:]

    static let maximum = 10_000
    static let maximumPending = 5
    static let idleTime: Duration = .seconds(12 * 3600)

    func person(of cookie: String?, at now: NumericDate) -> Person? {
        guard let cookie, var visitor = visitors[cookie], now < visitor.lastSeen + Self.idleTime else { return nil }
        visitor.lastSeen = now
        visitors[cookie] = visitor
        return visitor.person
    }

    /// Keeps a sign-in that starts; returns the cookie of its visitor.
    func keep(_ pending: PendingSignIn, for cookie: String?, at now: NumericDate) -> String {
        let id = cookie.flatMap { visitors[$0] == nil ? nil : $0 } ?? SecretGenerator.system.text()
        var visitor = visitors[id] ?? Visitor(lastSeen: now)
        visitor.pending = visitor.pending.suffix(Self.maximumPending - 1) + [pending]
        visitor.lastSeen = now
        store(visitor, as: id, at: now)
        return id
    }

    /// The sign-in with this `state`, once.
    func takePending(_ state: String, of cookie: String?) -> PendingSignIn? {
        guard let cookie, let index = visitors[cookie]?.pending.firstIndex(where: { $0.state == Secret(state) }) else {
            return nil
        }
        return visitors[cookie]?.pending.remove(at: index)
    }

    /// A new cookie with each sign-in, so that nobody can have prepared it.
    func signIn(_ person: Person, replacing cookie: String?, at now: NumericDate) -> String {
        if let cookie { visitors[cookie] = nil }
        let id = SecretGenerator.system.text()
        store(Visitor(person: person, lastSeen: now), as: id, at: now)
        return id
    }

    func signOut(_ cookie: String?) -> Person? {
        guard let cookie else { return nil }
        return visitors.removeValue(forKey: cookie)?.person
    }

    /// Ends what the provider says has ended.
    func end(_ notice: LogoutNotice) -> [Person] {
        let ended = visitors.filter { visitor in
            guard let token = visitor.value.person?.idToken else { return false }
            if let session = notice.session { return token.session == session }
            return token.subject == notice.subject
        }
        for cookie in ended.keys { visitors[cookie] = nil }
        return ended.values.compactMap(\.person)
    }

    private func store(_ visitor: Visitor, as id: String, at now: NumericDate) {
        if visitors.count >= Self.maximum, visitors[id] == nil {
            visitors = visitors.filter { now < $0.value.lastSeen + Self.idleTime }
            if visitors.count >= Self.maximum, let oldest = visitors.min(by: { $0.value.lastSeen < $1.value.lastSeen })
            {
                visitors[oldest.key] = nil
            }
        }
        visitors[id] = visitor
    }
}

/// Somebody who is signed in here.
struct Person: Sendable {
    let idToken: IDToken
    let session: TokenSession
    let userInfo: JSONObject?
    /// In every form, so that other sites cannot post one.
    let formToken: Secret
}
