package import JOSE

/// What a scope of a resource lets an application do, in words for the person who is asked.
package struct ScopeDescription: Hashable, Sendable {
    package var text: String
    /// By language tag in lower case, e.g. `de`.
    package var translations: [String: String]

    package init(_ text: String, translations: [String: String] = [:]) {
        self.text = text
        self.translations = translations
    }

    /// In this language, in the one that it is a variant of (`de` for `de-AT`), or as it was written first.
    package func text(in language: String) -> String {
        let language = language.lowercased()
        let general = String(language.prefix { $0 != "-" })
        return translations[language] ?? translations[general] ?? text
    }

    /// `nil` if the object is not what ``json`` makes.
    package init?(_ json: JSONObject) {
        guard let text = json.string("text"), json.members.count == (json["translations"] == nil ? 1 : 2) else {
            return nil
        }
        self.init(text)
        guard let stored = json["translations"] else { return }
        guard let translations = stored.object else { return nil }
        for (language, value) in translations.members {
            guard let text = value.string else { return nil }
            self.translations[language.lowercased()] = text
        }
    }

    package var json: JSONObject {
        var json = JSONObject()
        json["text"] = .string(text)
        guard !translations.isEmpty else { return json }
        json["translations"] = .object(
            JSONObject(translations.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) }))
        return json
    }
}

extension [String: ScopeDescription] {
    /// Descriptions by scope, in their order.
    package var json: JSONObject { JSONObject(sorted { $0.key < $1.key }.map { ($0.key, .object($0.value.json)) }) }

    /// `nil` if the object is not what ``json`` makes.
    package init?(scopes json: JSONObject) {
        self.init()
        for (scope, value) in json.members {
            guard let description = value.object.flatMap({ ScopeDescription($0) }) else { return nil }
            self[scope] = description
        }
    }
}
