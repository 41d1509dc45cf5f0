/// The exit codes of every command.
package enum ExitStatus: Int32, CaseIterable, Sendable {
    case success = 0
    /// Refused or failed.
    case failure = 1
    /// The command line was wrong.
    case usage = 2
    /// No server answered.
    case unreachable = 3
    case notFound = 4
}
