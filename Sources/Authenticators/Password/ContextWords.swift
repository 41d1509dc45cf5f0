/// The words that others know of a person and a place, found in a password in any disguise.
struct ContextWords {
    /// What was found, and how much of the password is something else.
    struct Found {
        let word: String
        let charactersBeside: Int
    }

    private static let shortest = 3
    private static let longest = 128
    /// Parts of every address, which say nothing about anybody.
    private static let common: Set<String> = ["com", "org", "net", "edu", "gov", "www", "http", "https"]

    /// Longest first, so that a part of another word is not taken out of it.
    private let words: [[Character]]

    /// Names and addresses as they are: they are taken apart at everything that is neither letter nor digit.
    init(_ texts: [String], atMost count: Int) {
        var words: Set<String> = []
        for text in texts {
            let parts = GuessableText(text).characters.split { !$0.isLetter && !$0.isNumber }
            words.formUnion(parts.filter { (Self.shortest...Self.longest).contains($0.count) }.map { String($0) })
        }
        let sorted = words.subtracting(Self.common).sorted { ($1.count, $0) < ($0.count, $1) }
        self.words = sorted.prefix(count).map(Array.init)
    }

    /// The longest word that is in `text`, and what is left of `text` without all of them.
    func found(in text: GuessableText) -> Found? {
        text.undisguised.compactMap { found(in: $0.characters) }.min { $0.charactersBeside < $1.charactersBeside }
    }

    private func found(in characters: [Character]) -> Found? {
        var isKnown = [Bool](repeating: false, count: characters.count)
        var longest: [Character]?
        for word in words where word.count <= characters.count {
            for start in 0...(characters.count - word.count) where characters[start...].starts(with: word) {
                longest = longest ?? word
                for index in start..<(start + word.count) { isKnown[index] = true }
            }
        }
        return longest.map { Found(word: String($0), charactersBeside: isKnown.count(where: { !$0 })) }
    }
}
