/// A token that somebody changed, and who can be asked about it.
struct MutatedToken: Sendable, CustomStringConvertible {
    /// What was done to it.
    let change: String
    let text: String
    var scheme = "Bearer"
    /// UserInfo asks for more than that the token is good at it: whose it is, and `openid`.
    var isOfPerson = true
    /// The scheme is part of the request and not of the token: introspection sees none of it.
    var places: [FivePlaces.Place] {
        FivePlaces.Place.allCases.filter { place in
            switch place {
            case .userInfo: isOfPerson && isSayable
            case .forwardAuth, .gateway: isSayable
            case .introspection: scheme.lowercased() == "bearer"
            case .kit, .judge: true
            }
        }
    }

    /// Whether a field of a request can carry it as it is: spaces at its ends are not part of a field's value
    /// (RFC 9110 §5.5), and a client refuses to send control characters.
    private var isSayable: Bool {
        text.utf8.allSatisfy { (0x20...0x7E).contains($0) } && !text.hasPrefix(" ") && !text.hasSuffix(" ")
            && !text.isEmpty
    }

    var description: String { "\(change): \(scheme) \(text.prefix(1200).debugDescription)" }
}
