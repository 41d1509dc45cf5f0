import ArgumentParser

/// `tessera config reference`
struct ConfigReferenceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reference", abstract: "Print the reference of all settings as Markdown.",
        discussion: Availability.needsNothing)

    func run() { Console.print(String(ConfigurationReference.markdown.dropLast())) }
}
