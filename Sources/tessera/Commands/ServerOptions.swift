import ArgumentParser
import FoundationEssentials

/// Which server a command speaks to.
struct ServerOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The administration socket. Default: the one of the configuration.", valueName: "path"))
    var socket: String?

    @Option(help: ArgumentHelp("The configuration file.", valueName: "file"))
    var config: String?

    @OptionGroup var output: OutputOptions

    func client() async -> AdministrationClient { AdministrationClient(socket: await socketPath()) }

    func socketPath() async -> String {
        let folder = FileManager.default.currentDirectoryPath
        if let socket { return FilePath.absolute(socket, from: folder) }
        return await configuration().administrationSocket
    }

    /// As far as it can be read: a server that runs has accepted it, and this command only looks for its socket.
    func configuration() async -> Configuration {
        await ConfigurationLoader.load(.process(config: config, flags: [])).0
    }
}
