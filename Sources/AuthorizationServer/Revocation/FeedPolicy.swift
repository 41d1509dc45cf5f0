/// Limits of the revocation feed.
package struct FeedPolicy: Hashable, Sendable {
    /// Seconds between two signs of life to those who listen.
    package var heartbeat: Int64 = 5
    /// Messages of each chain that a reader who was away can still get one by one.
    package var messagesKept: Int = 512
    /// Resources that have a chain at the same time.
    package var chains: Int = 1024
    /// Connections that one resource holds at the same time.
    package var readersPerResource: Int = 4096
    /// Bytes of the entries of one snapshot; a larger one is not made. As much as the library's reader takes.
    package var snapshotBytes: Int = 67_108_864
    /// Bytes in which is remembered to which resources tokens of a person, a client or a grant went.
    package var placesBytes: Int = 8_388_608
    /// Seconds that a long poll waits, at most.
    package var longestWait: Int64 = 30
    /// Seconds without a reader after which a chain is given up.
    package var idleLifetime: Int64 = 900

    /// Seconds after which a stream ends, so that its reader proves again who it is.
    package static let longestStream: Int64 = 3600

    /// Milliseconds between two messages of a chain: what ends meanwhile goes into one.
    package static let batch: Int64 = 20

    /// Bytes of the snapshots that are kept to be shared, those of all resources together.
    var cachedSnapshotBytes: Int {
        let (bytes, overflows) = snapshotBytes.multipliedReportingOverflow(by: 4)
        return overflows ? .max : bytes
    }

    package init() {}
}
