/// Why a password may not be chosen; pages say it in the words of the person's language.
package enum PasswordWeakness: Error, Hashable, Sendable {
    /// In characters (code points).
    case tooShort(minimum: Int)
    /// More than ``Password/maximumLength`` bytes.
    case tooLong
    case controlCharacter
    /// Among the first that everybody tries, or such a one with something around it.
    case tooCommon
    /// The same few characters, or one short piece, again and again.
    case repetitive
    /// The alphabet, digits in order, keys side by side.
    case sequence
    /// Too little is left without what others know of this person and this place.
    case containsContext(word: String)
}
