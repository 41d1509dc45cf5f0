import ArgumentParser
import FoundationEssentials

/// `tessera serve`
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Run the server until SIGTERM or SIGINT.",
        discussion: """
            The request log goes to standard output, all else to standard error, one JSON object a line; requests whose \
            lines nobody took are counted, and a line says how many (dropped). The line whose \
            message begins with 'ready' says that every listener listens. SIGHUP, or a change of the files, reads the \
            certificate again. Takes the lock of the database: a second server on the same data does not start.
            """)

    @OptionGroup var options: ConfigurationOptions

    func run() async throws {
        let configuration = try await options.require(at: Composition.now())
        try await ServerComposition(
            configuration: configuration, environment: ProcessInfo.processInfo.environment, now: Composition.now
        ).run()
    }
}
