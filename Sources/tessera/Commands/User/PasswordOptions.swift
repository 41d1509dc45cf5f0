import ArgumentParser
import OAuth

/// Where a password comes from: never from the command line, where every user of the machine could read it.
struct PasswordOptions: ParsableArguments {
    @Option(help: ArgumentHelp("A file with the password, or - for standard input.", valueName: "file"))
    var passwordFile: String?

    /// From the file, or typed twice at the terminal.
    func password() throws -> Secret {
        if let passwordFile { return Secret(try SecretInput.read(passwordFile)) }
        let first = try TerminalInput.secret("Password: ")
        guard try TerminalInput.secret("Again: ") == first else {
            throw CommandFailure(.failure, "passwords_differ", "the two passwords are not the same")
        }
        return Secret(first)
    }
}
