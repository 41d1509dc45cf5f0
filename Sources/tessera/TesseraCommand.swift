package import ArgumentParser
import Glibc

/// `tessera`: everything that the program can be asked to do.
@main
package struct TesseraCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "tessera",
        abstract: "A token-based access platform: an OAuth 2.1 authorization server and its tools.",
        discussion: """
            Start with 'tessera init', then 'tessera serve'. Every command has --help, which also says whether it works \
            while the server is stopped.

            Exit codes: 0 done, 1 refused or failed, 2 wrong use, 3 server not reachable, 4 not found.
            """,
        version: Version.text,
        subcommands: [
            InitCommand.self, ServeCommand.self, GatewayCommand.self, StatusCommand.self, HealthCommand.self,
            DoctorCommand.self,
            ClientCommand.self, RegistrationTokenCommand.self, ResourceCommand.self, UserCommand.self, KeyCommand.self,
            APIKeyCommand.self, GrantCommand.self,
            SubjectCommand.self,
            TokenCommand.self, AuditCommand.self, ExplainCommand.self, UsageCommand.self, ConfigCommand.self,
            BackupCommand.self,
            MasterKeyCommand.self, ScanCommand.self, CommandLineReferenceCommand.self, ErrorReferenceCommand.self,
        ])

    package init() {}

    package static func main() async {
        // A reader that goes away must not kill the server with a signal.
        signal(SIGPIPE, SIG_IGN)
        do {
            var command = try parseAsRoot()
            // Before anything is opened: what a server holds open would stay open.
            if command is ServeCommand || command is GatewayCommand {
                Allocator.tune()
                Processors.fitEventLoops()
            }
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch {
            end(with: error)
        }
    }

    /// Every failure leaves the process here, with the exit code that the help promises.
    private static func end(with error: any Error) -> Never {
        let asJSON = CommandLine.arguments.contains("--json")
        switch error {
        case let failure as CommandFailure:
            Console.complain(asJSON ? failure.json : failure.text)
            Glibc.exit(failure.status.rawValue)
        case let failure as ConfigurationFailure:
            Console.complain(asJSON ? failure.json : failure.text)
            Glibc.exit(ExitStatus.failure.rawValue)
        default:
            let code = exitCode(for: error)
            guard code == .validationFailure else { exit(withError: error) }
            Console.complain(fullMessage(for: error))
            Glibc.exit(ExitStatus.usage.rawValue)
        }
    }
}
