package import JOSE

/// The settings in force, without secrets.
package enum ConfigurationText {
    static let redacted = "<secret>"

    package static func table(_ configuration: Configuration) -> String {
        var table = TextTable("SETTING", "VALUE", "FROM")
        for setting in SettingsTable.all {
            let entry = configuration[setting.key]
            table.add(
                setting.key.rawValue, value(of: setting, in: configuration) ?? "-",
                entry?.source.description ?? "default")
        }
        return table.text
    }

    package static func json(_ configuration: Configuration) -> JSONObject {
        var settings = JSONObject()
        for setting in SettingsTable.all {
            var entry = JSONObject()
            entry["value"] = json(of: setting, in: configuration)
            entry["source"] = .string(configuration[setting.key]?.source.description ?? "default")
            settings[setting.key.rawValue] = .object(entry)
        }
        return settings
    }

    private static func value(of setting: Setting, in configuration: Configuration) -> String? {
        guard let entry = configuration[setting.key] else { return configuration.derivedValue(of: setting.key) }
        if setting.isSecret { return redacted }
        return configuration.derivedValue(of: setting.key) ?? entry.value.description
    }

    private static func json(of setting: Setting, in configuration: Configuration) -> JSONValue {
        guard !setting.isSecret, configuration.derivedValue(of: setting.key) == nil else {
            return value(of: setting, in: configuration).map(JSONValue.string) ?? .null
        }
        switch configuration[setting.key]?.value {
        case .text(let text): return .string(text)
        case .flag(let flag): return .bool(flag)
        case .integer(let number): return .integer(Int64(number))
        case .list(let items): return .array(items.map(JSONValue.string))
        case nil: return .null
        }
    }
}
