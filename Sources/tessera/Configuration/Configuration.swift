/// The settings in force, each with its origin. What is missing has its default.
package struct Configuration: Sendable {
    /// A value and who said it.
    package struct Entry: Hashable, Sendable {
        package let value: SettingValue
        package let source: SettingSource
    }

    private var entries: [SettingKey: Entry] = [:]
    /// The folder that the default of `data` is relative to.
    package let baseFolder: String
    /// The file that was read, if any.
    package let file: String?

    package init(baseFolder: String, file: String?) {
        self.baseFolder = baseFolder
        self.file = file
        for setting in SettingsTable.all {
            guard let value = setting.defaultValue else { continue }
            entries[setting.key] = Entry(value: value, source: .standard)
        }
    }

    package subscript(key: SettingKey) -> Entry? {
        get { entries[key] }
        set { entries[key] = newValue }
    }

    package func text(_ key: SettingKey) -> String? {
        guard case .text(let text)? = entries[key]?.value else { return nil }
        return text
    }

    /// The table gives every whole number a default.
    package func integer(_ key: SettingKey) -> Int {
        guard case .integer(let number)? = entries[key]?.value else { return 0 }
        return number
    }

    package func flag(_ key: SettingKey) -> Bool { entries[key]?.value == .flag(true) }

    package func list(_ key: SettingKey) -> [String] {
        guard case .list(let items)? = entries[key]?.value else { return [] }
        return items
    }

    package func isSet(_ key: SettingKey) -> Bool {
        guard let entry = entries[key] else { return false }
        return entry.source != .standard
    }
}
