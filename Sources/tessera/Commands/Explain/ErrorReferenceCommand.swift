import ArgumentParser

/// `tessera generate-error-reference`, for `make docs`.
struct ErrorReferenceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "generate-error-reference", abstract: "Print the reference of all refusals as Markdown.",
        shouldDisplay: false)

    func run() { Console.print(String(ErrorReference.markdown.dropLast(2))) }
}
