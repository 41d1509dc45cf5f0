import ArgumentParser
import FoundationEssentials
import JOSE

/// `tessera doctor`
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Examine the installation: files, keys, database, clock, disk, certificate and the running server.",
        discussion: "Changes nothing. Exits with 1 if anything is bad. \(Availability.needsNothing)")

    @OptionGroup var options: ConfigurationOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let now = Composition.now()
        let (configuration, problems) = await options.load(at: now)
        var findings = problems.map { problem in
            Finding.bad(problem.subject, "\(problem.code.rawValue): \(problem.message)", fix: problem.remedy)
        }
        if problems.isEmpty {
            findings.append(.good("configuration", configuration.file ?? "environment and options only"))
        }
        findings += InstallationExamination(configuration: configuration).findings(at: now)
        let lock = LockExamination(configuration: configuration)
        findings += lock.findings()
        findings += await DatabaseExamination(configuration: configuration).findings(at: now)
        findings += await ServerExamination(configuration: configuration, lockHolder: lock.holder).findings(at: now)
        let json = JSONObject([("findings", .array(findings.map(\.json)))])
        output.show(json) { _ in findings.map(\.text).joined(separator: "\n") }
        let bad = findings.count { $0.verdict == .bad }
        guard bad == 0 else {
            throw CommandFailure(.failure, "unhealthy", bad == 1 ? "1 thing is bad" : "\(bad) things are bad")
        }
    }
}
