/// One row of the table of settings: all that loading, checking and documenting it needs.
package struct Setting: Sendable {
    /// What a value may be.
    package enum Kind: Hashable, Sendable {
        case text
        /// Relative ones start at the folder of the file that names them.
        case path
        case flag
        case integer(ClosedRange<Int>, unit: String)
        case choice([String])
        case list(of: String)
        /// One or more of these.
        case choices([String])
    }

    package let key: SettingKey
    package let kind: Kind
    package let defaultValue: SettingValue?
    /// How the default is told to people when it depends on something else.
    package let defaultText: String
    /// Never printed, and a file that holds it must be readable by its owner only.
    package let isSecret: Bool
    package let documentation: String

    package init(
        _ key: SettingKey, _ kind: Kind, default defaultValue: SettingValue? = nil, defaultText: String? = nil,
        isSecret: Bool = false, _ documentation: String
    ) {
        self.key = key
        self.kind = kind
        self.defaultValue = defaultValue
        self.defaultText = defaultText ?? defaultValue?.description ?? "none"
        self.isSecret = isSecret
        self.documentation = documentation
    }

    /// The type in words, for the reference and for messages.
    package var expectation: String {
        switch kind {
        case .text: "text"
        case .path: "a path"
        case .flag: "true or false"
        case .integer(let range, let unit): "\(unit) from \(range.lowerBound) to \(range.upperBound), a whole number"
        case .choice(let allowed): "one of " + allowed.joined(separator: ", ")
        case .list(let what): "a list of \(what)"
        case .choices(let allowed): "a list of " + allowed.joined(separator: ", ")
        }
    }
}
