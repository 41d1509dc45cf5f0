import Logging
package import ServerHTTP

extension HTTPLimits {
    /// The limits that the settings describe.
    package init(_ configuration: Configuration) {
        func seconds(_ key: SettingKey) -> Duration { .seconds(configuration.integer(key)) }
        self.init()
        headerBytes = configuration.integer(.limitsHeaderBytes)
        bodyBytes = configuration.integer(.limitsBodyBytes)
        headerDeadline = seconds(.limitsHeaderDeadline)
        bodyDeadline = seconds(.limitsBodyDeadline)
        idle = seconds(.limitsIdleTimeout)
        requestDeadline = seconds(.limitsRequestDeadline)
        writeDeadline = seconds(.limitsWriteDeadline)
        streamIdle = seconds(.limitsStreamIdle)
        streamedBodyBytes = configuration.integer(.limitsStreamedBodyBytes)
        connections = configuration.integer(.limitsConnections)
        connectionsPerAddress = configuration.integer(.limitsConnectionsPerAddress)
        concurrentStreams = configuration.integer(.limitsStreams)
        connectionBodyBytes = configuration.integer(.limitsConnectionBodyBytes)
        drain = seconds(.limitsDrainDeadline)
        drainDelay = seconds(.limitsDrainDelay)
    }

    /// The same, with no more connections than this process may open files: they would end in errors instead of
    /// refusals.
    init(_ configuration: Configuration, with logger: Logger) {
        self.init(configuration)
        let room = ProcessLimits.makeRoom(forConnections: connections)
        guard room < connections else { return }
        logger.warning(
            "the limit of open files leaves room for fewer connections",
            metadata: ["connections": "\(room)", "configured": "\(connections)"])
        connections = room
    }
}
