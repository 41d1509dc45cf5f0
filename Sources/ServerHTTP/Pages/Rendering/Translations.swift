import JOSE

/// The languages that the pages are written in: one file each.
package struct Translations: Sendable {
    /// By primary language subtag, in lower case.
    package let languages: [String: Texts]
    private let fallback: Texts

    package static let fallbackLanguage = "en"

    /// - Parameters:
    ///   - files: JSON objects of texts, by name of the file without its extension.
    ///   - fallback: for people whose languages are not among them.
    package init(_ files: [String: String], fallback: String = Translations.fallbackLanguage) throws {
        var languages: [String: Texts] = [:]
        for (language, json) in files {
            let object = try JSONObject(parsing: Array(json.utf8), limits: .document(maximumBytes: 262_144))
            var entries: [String: String] = [:]
            for member in object.members { entries[member.name] = member.value.string }
            languages[language.lowercased()] = Texts(language: language, entries: entries)
        }
        guard let texts = languages[fallback] else {
            throw PageError(reason: "there is no translation \(fallback).json")
        }
        self.languages = languages
        self.fallback = texts
    }

    /// The first wanted language that there is. Nothing is remembered of what was asked for.
    package func choose(_ wanted: [String]) -> Texts {
        for tag in wanted.prefix(16) where tag.utf8.count <= 35 {
            let primary = tag.prefix { $0 != "-" }.lowercased()
            if let texts = languages[primary] { return texts }
        }
        return fallback
    }
}

/// The pages cannot be made from what they were given; found when the program starts.
package struct PageError: Error, Hashable, Sendable, CustomStringConvertible {
    package let reason: String
    package init(reason: String) { self.reason = reason }
    package var description: String { reason }
}
