import ArgumentParser
import FoundationEssentials

/// `tessera scan`
struct ScanCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scan", abstract: "Find leaked secrets of Tessera in files and in the history of git.",
        discussion: """
            Knows them by prefix and checksum: API keys, opaque access tokens and refresh tokens cannot be mistaken. All \
            others have no checksum and are searched for with --probable. Exits with 1 when something is found, or when a \
            repository could not be searched to its end. Prints where, and never more than 8 characters of a secret. Needs \
            no server and no network.
            """)

    @Argument(help: ArgumentHelp("Files and folders.", valueName: "path"))
    var paths: [String] = []

    @Flag(help: "Count what looks like a secret and has no checksum, too.")
    var probable = false

    @Flag(help: "Search files only, and not what git keeps of former versions.")
    var noHistory = false

    @Flag(help: "Search what is about to be committed to the repository, for a pre-commit hook.")
    var staged = false

    @Flag(help: "Make a pre-commit hook in the repository that runs 'tessera scan --staged'.")
    var installHook = false

    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard !(staged && installHook) else { throw ValidationError("Give --staged or --install-hook.") }
        guard paths.count <= 1 || !(staged || installHook) else { throw ValidationError("Name one repository.") }
        guard staged || installHook || !paths.isEmpty else { throw ValidationError("Name a file or a folder.") }
    }

    func run() throws {
        let folder = paths.first ?? FileManager.default.currentDirectoryPath
        guard !installHook else { return try PreCommitHook.install(in: folder, output) }
        var report = ScanReport(countsProbable: probable)
        if staged {
            do { try searchStaged(folder, &report) } catch { throw Self.explained(error) }
        } else {
            searchPaths(&report)
        }
        let json = report.json
        let text = report.text
        output.show(json) { _ in text }
        guard report.findings.isEmpty, report.isComplete else { throw ExitCode(ExitStatus.failure.rawValue) }
    }

    private func searchStaged(_ folder: String, _ report: inout ScanReport) throws(GitProcess.Failure) {
        let search = GitSearch(folder: folder, input: ScanInput())
        var findings: [ScanReport.Finding] = []
        let (files, bytes) = try search.staged { path, match in
            findings.append(ScanReport.Finding(place: path, match: match))
        }
        report.files += files
        report.bytes += bytes
        for finding in findings { report.add(finding) }
    }

    private func searchPaths(_ report: inout ScanReport) {
        let input = ScanInput()
        var repositories: [String] = []
        for path in paths {
            var walk = FileWalk()
            walk.walk(path) { visit in
                switch visit {
                case .file(let name, let descriptor):
                    let count = input.search(file: descriptor) { match in
                        report.add(ScanReport.Finding(place: FileWalk.text(name), match: match))
                    }
                    guard let count else { return report.note("\(FileWalk.text(name)) could not be read") }
                    report.files += 1
                    report.bytes += count
                case .repository(let name): repositories.append(FileWalk.text(name))
                case .unreadable(let name, let reason):
                    report.note("\(FileWalk.text(name)) could not be read: \(reason)")
                }
            }
        }
        guard !noHistory else { return }
        for repository in repositories { searchHistory(of: repository, input, &report) }
    }

    private func searchHistory(of repository: String, _ input: ScanInput, _ report: inout ScanReport) {
        let search = GitSearch(folder: repository, input: input)
        var part = ScanReport(countsProbable: probable)
        do throws(GitProcess.Failure) {
            let (files, bytes) = try search.history { place, match in
                part.add(
                    ScanReport.Finding(
                        place: "\(repository) \(place.type) \(place.object)", match: match, object: place.object))
            }
            part.files = files
            part.bytes = bytes
        } catch {
            switch error {
            // The files were searched; that the history was not has to be seen, and is no failure of the search.
            case .notInstalled:
                return report.note("git is not installed: the history of \(repository) was not searched")
            // What was found so far stays found, here and elsewhere.
            case .failed(let reason):
                part.fail("the history of \(repository) was not searched to its end: \(reason)")
            }
        }
        if search.isPartial { report.note("\(repository) is a partial clone: what it lacks was not searched") }
        part.name { object in search.path(of: object).map { "\(repository)/\($0)" } }
        report.take(part)
    }

    static func explained(_ failure: GitProcess.Failure) -> CommandFailure {
        switch failure {
        case .notInstalled: CommandFailure(.failure, "git_missing", "git is not installed", fix: "Install git.")
        case .failed(let reason): CommandFailure(.failure, "git_failed", reason)
        }
    }
}
