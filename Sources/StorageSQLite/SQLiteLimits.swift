/// How much work the store takes on before it says that it is busy.
package struct SQLiteLimits: Hashable, Sendable {
    /// Writes that may wait for their turn; one more is answered with `StoreError.busy`.
    package var waitingWrites: Int
    /// Writes that share one commit at most.
    package var writesPerCommit: Int
    /// How long a transaction takes in further writes before it commits.
    package var workPerCommit: Duration
    /// How long a write waits for another program that holds the database.
    package var busyTimeout: Duration
    /// Connections that read single rows at the same time, and as many that read the few rows of one owner.
    package var readers: Int
    /// Connections with prepared statements for the reads of sign-in and refresh.
    package var pointReaders: Int
    /// Lists that are read at the same time, with connections of their own.
    package var lists: Int
    /// Lists, and reads of the rows of one owner, that may wait for their turn; one more is answered with
    /// `StoreError.busy`.
    package var waitingLists: Int
    /// How long a health check waits for its write.
    package var healthDeadline: Duration

    package init(
        waitingWrites: Int = 10_000, writesPerCommit: Int = 256, workPerCommit: Duration = .milliseconds(5),
        busyTimeout: Duration = .seconds(2), readers: Int = 6, pointReaders: Int = 4, lists: Int = 2,
        waitingLists: Int = 1000, healthDeadline: Duration = .seconds(3)
    ) {
        self.waitingWrites = max(1, waitingWrites)
        self.writesPerCommit = max(1, writesPerCommit)
        self.workPerCommit = workPerCommit
        self.busyTimeout = busyTimeout
        self.readers = max(1, readers)
        self.pointReaders = max(1, pointReaders)
        self.lists = max(1, lists)
        self.waitingLists = max(0, waitingLists)
        self.healthDeadline = healthDeadline
    }
}
