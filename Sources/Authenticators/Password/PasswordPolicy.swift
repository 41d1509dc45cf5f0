/// Which passwords may be chosen: long ones that are not among the first guesses (NIST SP 800-63B-4 §3.1.1.2).
///
/// There are no rules of composition: they make people write `Password1!`, which this refuses.
package struct PasswordPolicy: Hashable, Sendable {
    package static let standardMinimum = 15
    package static let settableMinimum = 8...64
    /// More words than this are not looked for.
    static let maximumContextWords = 32

    /// In code points, each of which counts as one character.
    package let minimum: Int

    package static let standard = PasswordPolicy(uncheckedMinimum: standardMinimum)

    /// `nil` out of the range, and below 15 where the password is the only factor.
    package init?(minimum: Int, isSecondFactorDemanded: Bool = false) {
        guard Self.settableMinimum.contains(minimum), minimum >= Self.standardMinimum || isSecondFactorDemanded else {
            return nil
        }
        self.init(uncheckedMinimum: minimum)
    }

    private init(uncheckedMinimum minimum: Int) { self.minimum = minimum }

    /// Reads a password that somebody chooses. `context` is what others know: names, addresses, product, issuer.
    package func choose(_ typed: String, context: [String]) throws(PasswordWeakness) -> Password {
        let password: Password
        do {
            password = try Password(typed)
        } catch {
            switch error {
            case .empty: throw .tooShort(minimum: minimum)
            case .tooLong: throw .tooLong
            case .controlCharacter: throw .controlCharacter
            }
        }
        if let weakness = weakness(of: password, context: context) { throw weakness }
        return password
    }

    /// The first thing that is wrong with it.
    package func weakness(of password: Password, context: [String]) -> PasswordWeakness? {
        let text = password.revealedValue
        guard text.unicodeScalars.count >= minimum else { return .tooShort(minimum: minimum) }
        let guessable = GuessableText(text)
        if guessable.isCommon { return .tooCommon }
        let words = ContextWords(context, atMost: Self.maximumContextWords)
        if let weakness = weakness(of: guessable, words) { return weakness }
        if let chunk = guessable.repeatedChunk(shorterThan: minimum) {
            return chunk.isCommon ? .tooCommon : .repetitive
        }
        if guessable.hasFewCharacters { return .repetitive }
        return guessable.isSequence ? .sequence : nil
    }

    /// What others know does not count towards the minimum.
    private func weakness(of text: GuessableText, _ words: ContextWords) -> PasswordWeakness? {
        guard let found = words.found(in: text), found.charactersBeside < minimum else { return nil }
        return .containsContext(word: found.word)
    }
}
