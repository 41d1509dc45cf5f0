/// What tells resources that judge tokens by themselves of what has ended.
extension SettingsTable {
    static let revocationFeed: [Setting] = [
        Setting(
            .revocationHeartbeat, .integer(1...60, unit: "seconds"), default: .integer(5),
            "How often a resource that listens to the revocation feed hears that nothing has ended. A reader that hears "
                + "nothing for longer than its own bound stops trusting what it knows."),
        Setting(
            .revocationMessages, .integer(16...100_000, unit: "messages"), default: .integer(512),
            "Messages of the feed that are kept for each resource, for readers whose connection broke. Who missed more "
                + "begins with a snapshot."),
        Setting(
            .revocationSnapshotBytes, .integer(1_048_576...1_073_741_824, unit: "bytes"), default: .integer(67_108_864),
            "The largest snapshot with which a reader of the feed begins: 21 bytes for each single token and ended "
                + "authorization, 29 for each counter. A larger one is refused; readers have a limit of their own."),
        Setting(
            .revocationResources, .integer(1...100_000, unit: "resources"), default: .integer(1024),
            "Resources that may listen to the feed at the same time."),
        Setting(
            .revocationConnections, .integer(1...100_000, unit: "connections"), default: .integer(4096),
            "Connections with which one resource may listen at the same time."),
        Setting(
            .revocationPlacesBytes, .integer(65_536...1_073_741_824, unit: "bytes"), default: .integer(8_388_608),
            "Memory in which the server remembers to which resources tokens of a person, a client or a grant went, so "
                + "that it tells only those when one ends. With too little, resources are told more than concerns them, "
                + "never less: 8 MiB are enough for three million new pairs of a resource and a person, client or grant "
                + "in the time that the longest token lives. tessera_feed_places_share should stay below 0.5."),
    ]
}
