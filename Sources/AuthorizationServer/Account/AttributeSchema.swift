package import JOSE

/// Which attributes people of this issuer have, of which form, and who may change them.
package struct AttributeSchema: Hashable, Sendable {
    package enum Form: String, CaseIterable, Hashable, Sendable {
        case string, integer, boolean, strings, url, date
        /// The object of OpenID Core §5.1.1.
        case address
    }
    package enum Editor: String, CaseIterable, Hashable, Sendable { case person, administrator }

    /// One attribute.
    package struct Attribute: Hashable, Sendable {
        package var form: Form
        /// In bytes of its text, or of each of its texts.
        package var maximumLength: Int
        /// An administrator may always.
        package var editor: Editor
        package init(_ form: Form = .string, maximumLength: Int = 200, editor: Editor = .person) {
            self.form = form
            self.maximumLength = maximumLength
            self.editor = editor
        }
    }

    /// Texts in an attribute that is a list.
    package static let maximumCount = 64
    /// All attributes of one person, in bytes of JSON.
    package static let maximumTotal = 16_384

    package private(set) var attributes: [String: Attribute]

    /// The standard claims of OpenID Connect that are a person's own to say (OpenID Core §5.1).
    package static let standard = AttributeSchema(attributes: [
        "name": Attribute(), "given_name": Attribute(), "family_name": Attribute(), "middle_name": Attribute(),
        "nickname": Attribute(), "gender": Attribute(maximumLength: 50), "birthdate": Attribute(.date),
        "zoneinfo": Attribute(maximumLength: 64), "locale": Attribute(maximumLength: 35),
        "website": Attribute(.url, maximumLength: 500), "profile": Attribute(.url, maximumLength: 500),
        "picture": Attribute(.url, maximumLength: 500),
        "phone_number": Attribute(maximumLength: 32, editor: .administrator),
        "phone_number_verified": Attribute(.boolean, editor: .administrator),
        "address": Attribute(.address, maximumLength: 500, editor: .administrator),
    ])

    /// The standard attributes and those of the operator; `nil` if one would stand for something the server itself
    /// says.
    package init?(adding custom: [String: Attribute]) {
        guard custom.keys.allSatisfy({ ClaimMapping.isMappable($0) && Self.isName($0) }) else { return nil }
        self.init(attributes: Self.standard.attributes.merging(custom) { $1 })
    }

    private init(attributes: [String: Attribute]) { self.attributes = attributes }

    private static func isName(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy { DraftCheck.isAlphanumeric($0) || $0 == 0x5F || $0 == 0x2D || $0 == 0x2E }
    }

    /// What is wrong with giving `name` this value; `nil` if nothing is.
    package func problem(with name: String, _ value: JSONValue, by editor: Editor) -> String? {
        guard let attribute = attributes[name] else { return "is not an attribute here" }
        guard editor == .administrator || attribute.editor == .person else {
            return "is changed by administrators only"
        }
        switch (attribute.form, value) {
        case (.integer, .integer), (.boolean, .bool): return nil
        case (.string, .string(let text)): return problem(with: text, attribute)
        case (.url, .string(let text)):
            guard text.hasPrefix("https://"), !text.utf8.contains(where: { $0 <= 0x20 || $0 == 0x7F }) else {
                return "must be an https address"
            }
            return problem(with: text, attribute)
        case (.date, .string(let text)):
            return Self.isDate(text) ? nil : "must be a date as YYYY-MM-DD"
        case (.strings, .array(let values)):
            guard let texts = value.strings, values.count <= Self.maximumCount else {
                return "must be a list of at most \(Self.maximumCount) texts"
            }
            return texts.lazy.compactMap { problem(with: $0, attribute) }.first
        case (.address, .object(let parts)):
            return problem(withAddress: parts, attribute)
        default: return "must be of the form \(attribute.form.rawValue)"
        }
    }

    private func problem(with text: String, _ attribute: Attribute) -> String? {
        guard (1...attribute.maximumLength).contains(text.utf8.count) else {
            return "must be 1 to \(attribute.maximumLength) bytes long"
        }
        guard !text.unicodeScalars.contains(where: DraftCheck.isUnprintable) else {
            return "must not contain control characters, line separators or direction marks"
        }
        return nil
    }

    /// OpenID Core §5.1.1: texts, of which two may have lines.
    private func problem(withAddress parts: JSONObject, _ attribute: Attribute) -> String? {
        let names = ["formatted", "street_address", "locality", "region", "postal_code", "country"]
        guard parts.members.allSatisfy({ names.contains($0.name) }) else {
            return "may have \(names.joined(separator: ", "))"
        }
        for (name, value) in parts.members {
            guard let text = value.string else { return "must hold texts" }
            let hasLines = name == "formatted" || name == "street_address"
            let line = hasLines ? text.split(separator: "\n").joined(separator: " ") : text
            if let problem = problem(with: line, attribute) { return problem }
        }
        return nil
    }

    private static func isDate(_ text: String) -> Bool {
        let parts = text.utf8.split(separator: 0x2D, omittingEmptySubsequences: false)
        guard parts.map(\.count) == [4, 2, 2], parts.joined().allSatisfy({ (0x30...0x39).contains($0) }),
            let year = Int(String(decoding: parts[0], as: UTF8.self)),
            let month = Int(String(decoding: parts[1], as: UTF8.self)),
            let day = Int(String(decoding: parts[2], as: UTF8.self))
        else { return false }
        // OpenID Core §5.1: the year 0000 is one that is not told. It has a 29 February, as its owner may.
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        return (1...12).contains(month) && (1...days[month - 1]).contains(day)
    }
}
