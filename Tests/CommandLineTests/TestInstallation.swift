import FoundationEssentials
import Glibc
import JOSE
import OAuth
import Storage
import tessera

/// A folder with a sound installation in it, for tests to damage; removed with the value that holds it.
final class TestInstallation: Sendable {
    static let now = NumericDate(secondsSince1970: 1_800_000_000)
    static let issuer = "https://id.example.com"

    let folder: String

    init() throws {
        var template = Array("/tmp/tessera-test-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw CommandFailure(.failure, "mkdtemp", "no folder for the test") }
        folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        mkdir(folder + "/data", 0o700)
        try write(MasterKey.text(of: Array(0..<32)) + "\n", to: "data/master.key")
        try write("", to: "data/tessera.sqlite")
        try write("issuer: \(Self.issuer)\n", to: "tessera.yaml", mode: 0o644)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    func path(_ name: String) -> String { folder + "/" + name }

    func write(_ text: String, to name: String, mode: mode_t = 0o600) throws {
        try Data(text.utf8).write(to: URL(filePath: path(name)))
        chmod(path(name), mode)
    }

    /// All problems of the installation as it is now.
    func problems(
        environment: [String: String] = [:], flags: [String] = [], at now: NumericDate = TestInstallation.now
    ) async -> [ConfigurationProblem] {
        let (configuration, problems) = await load(environment: environment, flags: flags)
        return problems + ConfigurationCheck.problems(of: configuration, environment: environment, at: now)
    }

    func load(
        environment: [String: String] = [:], flags: [String] = []
    ) async -> (Configuration, [ConfigurationProblem]) {
        await ConfigurationLoader.load(
            ConfigurationInput(
                file: path("tessera.yaml"), environment: environment, flags: flags, workingDirectory: folder))
    }
}
