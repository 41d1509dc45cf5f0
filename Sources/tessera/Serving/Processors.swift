import Foundation
import NIOCore

/// The processors that this process may run on: of those in the machine, what a control group (a container's limit) and
/// an affinity (`taskset`, `CPUAffinity=` of systemd, a container's set of them) leave.
package enum Processors {
    /// At least 1.
    static var count: Int {
        count(status: try? String(contentsOfFile: "/proc/self/status", encoding: .utf8), atMost: System.coreCount)
    }

    /// - Parameter status: what the kernel says of the process (proc(5)); NIO reads the control group, and nothing of the
    ///   affinity.
    package static func count(status: String?, atMost present: Int) -> Int {
        max(1, min(present, status.flatMap(allowed) ?? present))
    }

    /// The bits of `Cpus_allowed`: hexadecimal words with commas between. `nil`: it is not there, or not understood.
    private static func allowed(_ status: String) -> Int? {
        let name = "Cpus_allowed:"
        let lines = status.split(separator: "\n")
        guard let line = lines.first(where: { $0.hasPrefix(name) }) else { return nil }
        var count = 0
        for character in line.dropFirst(name.count) where !character.isWhitespace && character != "," {
            guard let digit = character.hexDigitValue else { return nil }
            count &+= digit.nonzeroBitCount
        }
        return count > 0 ? count : nil
    }

    /// One event loop for each. Two that share a processor take turns on it: each answers fewer requests at a time, and
    /// finds what it needs pushed out of the processor's cache by the other.
    ///
    /// Must be called before the first event loop is asked for.
    static func fitEventLoops() { NIOSingletons.groupLoopCountSuggestion = count }
}
