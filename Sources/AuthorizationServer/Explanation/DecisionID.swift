import JOSE
import OAuth

/// Names one refusal in the ``DecisionJournal``: only operators ever see it.
package struct DecisionID: Hashable, Sendable, CustomStringConvertible {
    package let rawValue: String

    static let prefix = "d_"
    private static let length = 12

    /// `nil` for what this server would not have drawn.
    package init?(_ text: String) {
        guard text.hasPrefix(Self.prefix), text.utf8.count == Self.prefix.utf8.count + 16,
            let bytes = try? Base64URL.decode(text.dropFirst(Self.prefix.count)), bytes.count == Self.length
        else { return nil }
        rawValue = text
    }

    /// 96 bits: it needs to be unique in one journal, and nothing can be done with it.
    init(from secrets: SecretGenerator) {
        rawValue = Self.prefix + Base64URL.encode(secrets.bytes(Self.length))
    }

    package var description: String { rawValue }
}
