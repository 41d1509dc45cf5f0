/// A common password that was only made longer: what a list of short ones does not know.
extension GuessableText {
    /// More characters than this beside a listed word are something of one's own.
    private static let mostBeside = 4
    private static let mostFillers = 4
    /// What people put before a word to reach a length; it adds nothing that a guesser does not try.
    private static let fillers: [[Character]] = [
        "my", "our", "your", "new", "this", "that", "is", "the", "a", "mein", "meine", "meinen", "unser", "dein", "das",
        "dies", "ist", "ein", "eine", "neues",
    ].map { Array($0) }

    /// Whether it is a listed word, or one again and again, with little else. Words that do not belong together are
    /// never so: two of them are more than ``mostBeside``.
    var isPadded: Bool { isBarelyMoreThanListed || isListedBehindFillers }

    private var isBarelyMoreThanListed: Bool {
        let room = min(Self.mostBeside, characters.count / 3)
        for start in 0...room {
            let rest = Array(characters[start...])
            let borders = Self.borders(of: rest)
            for end in 0...(room - start) {
                let length = rest.count - end
                guard length > 0 else { continue }
                if Self.isListed(rest[..<length], endingWith: borders[length - 1]) { return true }
            }
        }
        return false
    }

    private var isListedBehindFillers: Bool {
        var starts: Set<Int> = []
        var latest: Set<Int> = [0]
        for _ in 0..<Self.mostFillers {
            latest = Set(
                latest.flatMap { start in
                    Self.fillers.filter { characters[start...].starts(with: $0) }.map { start + $0.count }
                }
            ).subtracting(starts)
            starts.formUnion(latest)
        }
        return starts.contains { start in
            let rest = Array(characters[start...])
            guard let border = Self.borders(of: rest).last else { return false }
            return GuessableText(characters: rest).isListed || Self.isListed(rest[...], endingWith: border)
        }
    }

    /// Whether it is on the list, or a piece that is, repeated. A piece may have digits around it; one text may not: of
    /// many digits around a short word nobody says that they are common.
    /// - Parameter border: how many of its first characters it ends with.
    private static func isListed(_ text: ArraySlice<Character>, endingWith border: Int) -> Bool {
        let word = String(text)
        if CommonPasswords.contain(word) || CommonPasswords.contain(String(word.reversed())) { return true }
        let period = text.count - border
        guard period <= text.count / 2 else { return false }
        return GuessableText(characters: Array(text.prefix(period))).isListed
    }
}
