import ArgumentParser

/// `tessera generate-command-line-reference`, for `make docs`.
struct CommandLineReferenceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "generate-command-line-reference", abstract: "Print the reference of all commands as Markdown.",
        shouldDisplay: false)

    func run() { Console.print(String(CommandLineReference.markdown.dropLast())) }
}
