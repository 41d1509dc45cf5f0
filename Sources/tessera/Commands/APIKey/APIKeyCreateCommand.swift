import ArgumentParser
import JOSE

/// `tessera api-key create`
struct APIKeyCreateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Make a key, printed once.",
        discussion: """
            Name one of --user, --client and --honey. A client's key is never worth more than what the client may do \
            itself. A honey key grants nothing; put it where only a thief looks, and each use of it is an alarm. \
            \(Availability.needsServer)
            """)

    @Argument(help: "What it is called, for whoever looks at a list of keys.")
    var name: String

    @Option(help: ArgumentHelp("The person in whose name it acts.", valueName: "id"))
    var user: String?

    @Option(help: ArgumentHelp("The client that it is for.", valueName: "id"))
    var client: String?

    @Flag(help: "A key of nobody, which never grants and always alarms.")
    var honey = false

    @Option(
        help: ArgumentHelp(
            "A resource and what the key may do there: its identifier and scope tokens, separated by spaces. Repeat it "
                + "for several resources.", valueName: "url scope"))
    var permission: [String] = []

    @Option(
        help: ArgumentHelp(
            "An address or CIDR block from which alone it is accepted. Repeat it for several.", valueName: "block"))
    var network: [String] = []

    @Option(help: ArgumentHelp("For how long; by default api-keys.lifetime.", valueName: "seconds"))
    var expiresIn: Int?

    @Flag(help: "It never expires: only where api-keys.endless is true, or with --honey.")
    var endless = false

    @Option(help: ArgumentHelp("Uses within --quota-period.", valueName: "uses"))
    var quota: Int?

    @Option(help: ArgumentHelp("By default an hour.", valueName: "seconds"))
    var quotaPeriod: Int?

    @Flag(help: "Good only in exchange for short access tokens, not as it is.")
    var exchangeOnly = false

    @OptionGroup var server: ServerOptions

    func run() async throws {
        var body = JSONObject([("name", .string(name))])
        if let user { body["user"] = .string(user) }
        if let client { body["client"] = .string(client) }
        if honey { body["honey"] = .bool(true) }
        var permissions = JSONObject()
        for text in permission {
            let words = text.split(separator: " ", maxSplits: 1).map(String.init)
            guard words.count == 2 else {
                throw ValidationError("--permission takes a resource and its scope: 'https://api.example read write'")
            }
            permissions[words[0]] = .string(words[1])
        }
        if !permission.isEmpty { body["permissions"] = .object(permissions) }
        if !network.isEmpty { body["networks"] = .array(network.map { .string($0) }) }
        if let expiresIn { body["expires_in"] = .integer(Int64(expiresIn)) }
        if endless { body["endless"] = .bool(true) }
        if let quota { body["quota"] = .integer(Int64(quota)) }
        if let quotaPeriod { body["quota_period"] = .integer(Int64(quotaPeriod)) }
        if exchangeOnly { body["direct"] = .bool(false) }
        let key = try await server.client().send(.post, "/admin/v1/api-keys", body: body)
        server.output.show(key, APIKeyLines.created)
    }
}
