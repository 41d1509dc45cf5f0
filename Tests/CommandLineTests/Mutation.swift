import Glibc
import Testing
import tessera

/// One way to spoil a sound installation, and the problems that must be named for it, neither more nor fewer.
struct Mutation: Sendable, CustomTestStringConvertible {
    let name: String
    let expected: Set<ConfigurationProblem.Code>
    let yaml: String
    let environment: [String: String]
    let flags: [String]
    let damage: @Sendable (TestInstallation) throws -> Void

    var testDescription: String { name }

    init(
        _ name: String, _ expected: ConfigurationProblem.Code..., yaml: String = "",
        environment: [String: String] = [:],
        flags: [String] = [], damage: @escaping @Sendable (TestInstallation) throws -> Void = { _ in }
    ) {
        self.init(name, all: Set(expected), yaml: yaml, environment: environment, flags: flags, damage: damage)
    }

    init(
        _ name: String, all expected: Set<ConfigurationProblem.Code>, yaml: String, environment: [String: String] = [:],
        flags: [String] = [], damage: @escaping @Sendable (TestInstallation) throws -> Void
    ) {
        self.name = name
        self.expected = expected
        self.yaml = yaml
        self.environment = environment
        self.flags = flags
        self.damage = damage
    }

    static func mode(_ mode: mode_t, of file: String) -> @Sendable (TestInstallation) throws -> Void {
        { chmod($0.path(file), mode) }
    }

    static func removal(of file: String) -> @Sendable (TestInstallation) throws -> Void {
        { unlink($0.path(file)) }
    }

    /// In place of the whole file.
    static func file(_ text: String) -> @Sendable (TestInstallation) throws -> Void {
        { try $0.write(text, to: "tessera.yaml", mode: 0o644) }
    }
}
