/// The tags of a page, as far as a test needs them: what an HTML parser takes for syntax, and nothing else.
struct PageHTML {
    struct Tag: Hashable {
        let name: String
        let attributes: [String: String]
    }

    let tags: [Tag]

    init(_ html: some StringProtocol) {
        var tags: [Tag] = []
        var rest = Array(html.unicodeScalars)[...]
        while let open = rest.firstIndex(of: "<") {
            rest = rest[(open + 1)...]
            // Only a letter, a slash or `!` behind it makes `<` a tag (HTML §13.2.5.6).
            guard let first = rest.first, first.properties.isAlphabetic || first == "/" || first == "!" else {
                continue
            }
            tags.append(Self.tag(&rest))
        }
        self.tags = tags
    }

    private static func tag(_ rest: inout ArraySlice<Unicode.Scalar>) -> Tag {
        let name = take(&rest) { !isSpace($0) && $0 != ">" }
        var attributes: [String: String] = [:]
        while true {
            _ = take(&rest) { isSpace($0) }
            guard let next = rest.first, next != ">" else {
                rest = rest.dropFirst()
                return Tag(name: name, attributes: attributes)
            }
            let attribute = take(&rest) { !isSpace($0) && $0 != ">" && $0 != "=" }
            guard rest.first == "=" else {
                attributes[attribute] = ""
                continue
            }
            rest = rest.dropFirst()
            attributes[attribute] = value(&rest)
        }
    }

    private static func value(_ rest: inout ArraySlice<Unicode.Scalar>) -> String {
        guard let quote = rest.first, quote == "\"" || quote == "'" else {
            return take(&rest) { !isSpace($0) && $0 != ">" }
        }
        rest = rest.dropFirst()
        let value = take(&rest) { $0 != quote }
        rest = rest.dropFirst()
        return value
    }

    private static func take(
        _ rest: inout ArraySlice<Unicode.Scalar>, while isPart: (Unicode.Scalar) -> Bool
    ) -> String {
        let part = rest.prefix(while: isPart)
        rest = rest.dropFirst(part.count)
        var text = String.UnicodeScalarView()
        text.append(contentsOf: part)
        return String(text)
    }

    private static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
        [" ", "\n", "\t", "\r", "\u{C}"].contains(scalar)
    }

    func all(_ name: String) -> [Tag] { tags.filter { $0.name == name } }

    var names: Set<String> { Set(tags.map(\.name)) }
    var attributeNames: Set<String> { Set(tags.flatMap(\.attributes.keys)) }

    /// The value of a hidden field.
    func hidden(_ name: String) -> String? {
        all("input").first { $0.attributes["name"] == name }?.attributes["value"]
    }
}
