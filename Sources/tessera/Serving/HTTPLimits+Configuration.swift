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
        connections = configuration.integer(.limitsConnections)
        connectionsPerAddress = configuration.integer(.limitsConnectionsPerAddress)
        concurrentStreams = configuration.integer(.limitsStreams)
        connectionBodyBytes = configuration.integer(.limitsConnectionBodyBytes)
        drain = seconds(.limitsDrainDeadline)
        drainDelay = seconds(.limitsDrainDelay)
    }
}
