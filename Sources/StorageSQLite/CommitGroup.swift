import GRDB
import Storage

/// Writes that have come meanwhile; waits for some as long as told if there are none and so many are missing.
typealias Newcomers = (_ missing: Int, _ patience: Duration) -> [WaitingWrite]

/// Carries out the writes of one transaction and answers them when it has been committed.
///
/// Belongs to the thread of ``WriteQueue``.
final class CommitGroup {
    private let pool: DatabasePool
    private let limits: SQLiteLimits
    private let statements = PreparedStatements()
    private let clock = ContinuousClock()
    /// How many writes shared the commit before, and how long the disk took for it.
    private var company = 0
    private var commitTime = Duration.zero
    /// The longest that writes wait for others, however slow the disk is.
    private static let longestPatience = Duration.milliseconds(1)

    private let onRollback: @Sendable () -> Void

    init(pool: DatabasePool, limits: SQLiteLimits, onRollback: @escaping @Sendable () -> Void) {
        self.pool = pool
        self.limits = limits
        self.onRollback = onRollback
    }

    /// Takes writes from the front of `waiting`, which `newcomers` refills, and answers each of them; returns how many.
    func commit(_ waiting: inout ArraySlice<WaitingWrite>, joinedBy newcomers: Newcomers) -> Int {
        var taken: [WaitingWrite] = []
        var answers: [@Sendable () -> Void] = []
        do {
            try pool.writeWithoutTransaction { database in
                let transaction = try WriteTransaction(database, statements: statements)
                try fill(transaction, from: &waiting, joinedBy: newcomers, taken: &taken, answers: &answers)
            }
        } catch {
            // Nothing is known to be on the disk: nobody may be told that it is.
            if taken.isEmpty, let first = waiting.popFirst() { taken.append(first) }
            let failure = StoreError(error)
            for write in taken { write.fail(failure) }
            return taken.count
        }
        company = taken.count
        for answer in answers { answer() }
        return taken.count
    }

    private func fill(
        _ transaction: WriteTransaction, from waiting: inout ArraySlice<WaitingWrite>,
        joinedBy newcomers: Newcomers, taken: inout [WaitingWrite], answers: inout [@Sendable () -> Void]
    ) throws {
        do { try transaction.run("BEGIN IMMEDIATE") } catch {
            // Whoever holds the database holds up all who wait; each would wait as long again.
            taken.append(contentsOf: waiting)
            waiting = []
            throw error
        }
        do {
            let deadline = clock.now + limits.workPerCommit
            var isGuarded = false
            while taken.count < limits.writesPerCommit, taken.isEmpty || clock.now < deadline {
                if waiting.isEmpty { waiting = newcomers(company &- taken.count, patience)[...] }
                guard let write = waiting.popFirst() else { break }
                taken.append(write)
                if !isGuarded, let answer = try attempt(write, in: transaction) {
                    answers.append(answer)
                    continue
                }
                // One failed halfway: all of the group once more, and from now on each write in a savepoint.
                let again = isGuarded ? taken.suffix(1) : taken[...]
                if !isGuarded { try restart(transaction, &answers) }
                isGuarded = true
                for write in again { answers.append(try perform(write, in: transaction)) }
            }
            let begun = clock.now
            try transaction.run("COMMIT")
            commitTime = clock.now - begun
        } catch {
            if !transaction.hasEnded { _ = try? transaction.run("ROLLBACK") }
            onRollback()
            throw error
        }
    }

    /// Those who were answered together come again together, and a commit for the first of them alone would make the
    /// others wait for the disk twice. A writer that was alone is not kept waiting.
    private var patience: Duration { company < 2 ? .zero : min(commitTime, Self.longestPatience) }

    private func restart(_ transaction: WriteTransaction, _ answers: inout [@Sendable () -> Void]) throws {
        answers = []
        try transaction.run("ROLLBACK")
        onRollback()
        try transaction.run("BEGIN IMMEDIATE")
    }

    /// Makes one change without a savepoint, which would cost as much as the change; `nil` if it failed and has left
    /// something behind. Nearly all that fail have not: they looked first, or SQLite undid their only statement.
    private func attempt(
        _ write: WaitingWrite, in transaction: WriteTransaction
    ) throws -> (@Sendable () -> Void)? {
        let before = transaction.totalChanges
        do { return try write.perform(transaction) } catch {
            guard !transaction.hasEnded else { throw error }
            guard transaction.totalChanges == before else { return nil }
            let failure = StoreError(error)
            return { write.fail(failure) }
        }
    }

    /// Makes one change, all of it or nothing; throws only if the whole transaction is lost.
    private func perform(
        _ write: WaitingWrite, in transaction: WriteTransaction
    ) throws -> @Sendable () -> Void {
        try transaction.run("SAVEPOINT change")
        do {
            let answer = try write.perform(transaction)
            try transaction.run("RELEASE change")
            return answer
        } catch {
            guard !transaction.hasEnded else { throw error }
            try transaction.run("ROLLBACK TO change")
            onRollback()
            try transaction.run("RELEASE change")
            let failure = StoreError(error)
            return { write.fail(failure) }
        }
    }

    /// Lets the connection close.
    func end() { statements.finalizeAll() }
}
