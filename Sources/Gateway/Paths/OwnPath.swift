/// The part of every host that belongs to the gateway: no route speaks for it, and no server behind ever sees it.
package enum OwnPath: String, CaseIterable, Sendable {
    case signIn = "/sign-in"
    case callback = "/callback"
    case signOut = "/sign-out"
    case signedOut = "/signed-out"
    case backChannelLogout = "/back-channel-logout"

    package static let prefix = "/.tessera"

    package var path: String { Self.prefix + rawValue }

    /// Whether a path leads there for some server: one that overlooks letter case among them.
    package static func holds(_ path: NormalisedPath) -> Bool {
        let meaning = path.meaning.utf8.prefix(prefix.utf8.count + 1).map {
            (0x41...0x5A).contains($0) ? $0 | 0x20 : $0
        }
        return meaning.starts(with: prefix.utf8)
            && (meaning.count == prefix.utf8.count || meaning.last == Octet.slash)
    }
}
