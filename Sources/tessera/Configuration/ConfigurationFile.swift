import FoundationEssentials
import Yams

/// The configuration file as text: finds the keys that no setting has, with their lines.
struct ConfigurationFile {
    static let maximumBytes = 1 << 20
    private static let maximumDepth = 8

    let path: String
    private(set) var problems: [ConfigurationProblem] = []
    /// Lines by key, for messages about values.
    private(set) var lines: [SettingKey: Int] = [:]
    /// Whether there is a mapping to read values from.
    private(set) var hasValues = false

    init(path: String) {
        self.path = path
        guard let facts = FileFacts(path) else {
            refuse(
                .fileMissing, path, "there is no such file", fix: "Run 'tessera init', or name the file with --config.")
            return
        }
        guard facts.isRegularFile, facts.size <= Self.maximumBytes else {
            refuse(.fileUnreadable, path, "it is not a file of at most 1 MiB", fix: "Name the YAML file with --config.")
            return
        }
        guard let bytes = FileManager.default.contents(atPath: path), let text = String(bytes: bytes, encoding: .utf8)
        else {
            refuse(.fileUnreadable, path, "it cannot be read as UTF-8 text", fix: "Check its owner and its encoding.")
            return
        }
        read(text)
    }

    private mutating func read(_ text: String) {
        do {
            guard let root = try Yams.compose(yaml: text) else { return }
            guard case .mapping(let mapping) = root else {
                if case .scalar(let scalar) = root, scalar.string.isEmpty { return }
                refuse(.fileMalformed, path, "the top level is not a mapping", fix: "Write 'key: value' lines.")
                return
            }
            hasValues = true
            walk(mapping, below: [], depth: 0)
        } catch {
            problems += ConfigurationProblem.malformed(path, error)
        }
    }

    private mutating func walk(_ mapping: Node.Mapping, below parents: [String], depth: Int) {
        for (name, node) in mapping {
            let line = name.mark?.line ?? 0
            guard let text = name.string, depth < Self.maximumDepth else {
                refuse(.unknownKey, "\(path):\(line)", "this key is no setting", fix: "Remove it.")
                continue
            }
            let key = (parents + [text]).joined(separator: ".")
            if let setting = SettingKey(rawValue: key) {
                lines[setting] = line
                check(node, of: setting, line: line)
            } else if case .mapping(let inner) = node, Self.isLevel(key) {
                walk(inner, below: parents + [text], depth: depth + 1)
            } else {
                refuseUnknown(key, line: line)
                // A list of other than plain values makes the provider refuse the whole file.
                if !Self.isReadable(node, depth: depth) { hasValues = false }
            }
        }
    }

    /// What the provider below us would refuse without naming a line, or take for text.
    private mutating func check(_ node: Node, of key: SettingKey, line: Int) {
        let expectation = SettingsTable.setting(key)?.expectation ?? "a value"
        switch node {
        case .scalar: return
        case .sequence(let sequence) where sequence.allSatisfy({ $0.scalar != nil }): return
        default:
            if !Self.isReadable(node, depth: 0) { hasValues = false }
            refuse(
                .wrongType, key.rawValue, "line \(line) of \(path) must be \(expectation)",
                fix: "Write one value, or a list of plain values.")
        }
    }

    private mutating func refuseUnknown(_ key: String, line: Int) {
        let candidates = SettingKey.allCases.map(\.rawValue)
        let suggestion = NearestName.of(key, among: candidates) ?? candidates.first { $0.hasPrefix(key + ".") }
        refuse(
            .unknownKey, key, "line \(line) of \(path) names no setting",
            fix: suggestion.map { "Did you mean \($0)?" } ?? "Remove it; 'tessera config reference' lists all settings."
        )
    }

    private static func isReadable(_ node: Node, depth: Int) -> Bool {
        guard depth < maximumDepth else { return false }
        switch node {
        case .scalar: return true
        case .mapping(let mapping): return mapping.allSatisfy { isReadable($0.value, depth: depth + 1) }
        case .sequence(let sequence): return sequence.allSatisfy { $0.scalar != nil }
        default: return false
        }
    }

    private static func isLevel(_ key: String) -> Bool {
        SettingKey.allCases.contains { $0.rawValue.hasPrefix(key + ".") }
    }

    private mutating func refuse(
        _ code: ConfigurationProblem.Code, _ subject: String, _ message: String, fix remedy: String
    ) {
        problems.append(ConfigurationProblem(code, subject, message, fix: remedy))
    }
}
