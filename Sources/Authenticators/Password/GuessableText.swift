// All of Foundation: decomposition is not part of FoundationEssentials.
import Foundation

/// A password as somebody sees it who guesses: without case, accents and the usual disguises.
struct GuessableText {
    /// Below this a text of any length is the same few keys.
    private static let fewCharacters = 5

    /// Lower case, accents dropped, wide and narrow forms made one.
    let characters: [Character]

    init(_ text: String) {
        let scalars = text.decomposedStringWithCompatibilityMapping.lowercased().unicodeScalars.filter {
            $0.properties.generalCategory != .nonspacingMark
        }
        var folded = String.UnicodeScalarView()
        folded.append(contentsOf: scalars)
        characters = Array(String(folded))
    }

    init(characters: [Character]) { self.characters = characters }

    var text: String { String(characters) }
    var hasFewCharacters: Bool { Set(characters).count < Self.fewCharacters }

    /// Each letter behind a digit or sign that is written for it; `1` stands for two.
    var undisguised: [GuessableText] {
        let asI = characters.map { Self.disguises[$0] ?? $0 }
        guard characters.contains("1") else { return asI == characters ? [self] : [self, .init(characters: asI)] }
        let asL = characters.map { $0 == "1" ? "l" : Self.disguises[$0] ?? $0 }
        return [self, .init(characters: asI), .init(characters: asL)]
    }

    private static let disguises: [Character: Character] = [
        "0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "8": "b", "9": "g", "@": "a", "$": "s", "!": "i",
        "€": "e", "+": "t",
    ]

    /// Whether it, or the word that it is built around, is on the list, or is made longer by next to nothing.
    var isCommon: Bool {
        let joined = GuessableText(characters: characters.filter { $0.isLetter || $0.isNumber })
        let isBuiltAroundOne = [self, joined].contains { whole in
            whole.stems.contains { stem in stem.undisguised.contains(where: \.isListed) }
        }
        if isBuiltAroundOne { return true }
        let letters = joined.trimmed(keeping: \.isLetter)
        let stems = letters.characters.count == joined.characters.count ? [joined] : [joined, letters]
        return stems.contains { stem in stem.undisguised.contains(where: \.isPadded) }
    }

    /// It, without the signs around it, and without the digits too.
    private var stems: [GuessableText] {
        [self, trimmed(keeping: { $0.isLetter || $0.isNumber }), trimmed(keeping: \.isLetter)]
    }

    var isListed: Bool {
        CommonPasswords.contain(text) || CommonPasswords.contain(String(characters.reversed()))
            || CommonPasswords.contain(trimmed(keeping: \.isLetter).text)
    }

    private func trimmed(keeping isKept: (Character) -> Bool) -> GuessableText {
        guard let first = characters.firstIndex(where: isKept), let last = characters.lastIndex(where: isKept) else {
            return GuessableText(characters: [])
        }
        return GuessableText(characters: Array(characters[first...last]))
    }

    /// The piece that this is made of, if the piece alone would be too short.
    func repeatedChunk(shorterThan minimum: Int) -> GuessableText? {
        let letters = characters.filter(\.isLetter)
        let joined = characters.filter { $0.isLetter || $0.isNumber }
        // Letters alone, too, so that numbering the pieces does not help; unless they are only a part of it.
        let views = [characters, joined] + (letters.count >= characters.count / 2 ? [letters] : [])
        for view in views {
            guard let length = Self.period(of: view), length < minimum else { continue }
            return GuessableText(characters: Array(view.prefix(length)))
        }
        return nil
    }

    /// The shortest piece whose repetition this is, the last time perhaps cut short.
    ///
    /// By the prefix function of Knuth, Morris and Pratt: a hostile text must not cost the square of its length.
    private static func period(of characters: [Character]) -> Int? {
        guard characters.count >= 4 else { return nil }
        let period = characters.count - borders(of: characters)[characters.count - 1]
        return period <= characters.count / 2 ? period : nil
    }

    /// How many characters of the beginning each first part ends with, itself not counted.
    static func borders(of characters: [Character]) -> [Int] {
        var borders = [Int](repeating: 0, count: characters.count)
        for index in characters.indices.dropFirst() {
            var border = borders[index - 1]
            while border > 0, characters[border] != characters[index] { border = borders[border - 1] }
            borders[index] = characters[border] == characters[index] ? border + 1 : 0
        }
        return borders
    }
}
