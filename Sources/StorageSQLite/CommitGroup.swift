import GRDB
import Storage

/// Carries out the writes of one transaction and answers them when it has been committed.
///
/// Belongs to the thread of ``WriteQueue``.
final class CommitGroup {
    private let pool: DatabasePool
    private let limits: SQLiteLimits
    private let statements = PreparedStatements()
    private let clock = ContinuousClock()

    init(pool: DatabasePool, limits: SQLiteLimits) {
        self.pool = pool
        self.limits = limits
    }

    /// Takes writes from the front of `waiting`, which `newcomers` refills, and answers each of them; returns how many.
    func commit(_ waiting: inout ArraySlice<WaitingWrite>, joinedBy newcomers: () -> [WaitingWrite]) -> Int {
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
        for answer in answers { answer() }
        return taken.count
    }

    private func fill(
        _ transaction: WriteTransaction, from waiting: inout ArraySlice<WaitingWrite>,
        joinedBy newcomers: () -> [WaitingWrite], taken: inout [WaitingWrite], answers: inout [@Sendable () -> Void]
    ) throws {
        do { try transaction.run("BEGIN IMMEDIATE") } catch {
            // Whoever holds the database holds up all who wait; each would wait as long again.
            taken.append(contentsOf: waiting)
            waiting = []
            throw error
        }
        do {
            let deadline = clock.now + limits.workPerCommit
            while taken.count < limits.writesPerCommit, taken.isEmpty || clock.now < deadline {
                if waiting.isEmpty { waiting = newcomers()[...] }
                guard let write = waiting.popFirst() else { break }
                taken.append(write)
                answers.append(try perform(write, in: transaction))
            }
            try transaction.run("COMMIT")
        } catch {
            if !transaction.hasEnded { _ = try? transaction.run("ROLLBACK") }
            throw error
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
            try transaction.run("RELEASE change")
            let failure = StoreError(error)
            return { write.fail(failure) }
        }
    }

    /// Lets the connection close.
    func end() { statements.finalizeAll() }
}
