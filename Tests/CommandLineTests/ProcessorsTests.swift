import FoundationEssentials
import TestSupport
import Testing
import tessera

@Suite(.timeLimit(.minutes(10))) struct `The processors` {
    @Test(arguments: [
        ("Cpus_allowed:\tffffffff,ffffffff\n", 4, 4),
        ("Name:\ttessera\nCpus_allowed:\t3\nCpus_allowed_list:\t0-1\n", 8, 2),
        ("Cpus_allowed:\t80000000,00000001\n", 8, 2), ("Cpus_allowed:\t1\n", 8, 1),
        // What says nothing takes nothing away.
        ("Cpus_allowed:\t0\n", 8, 8), ("Cpus_allowed:\t\n", 8, 8), ("Cpus_allowed:\tx1\n", 8, 8),
        ("Cpus_allowed_list:\t0\n", 8, 8), ("", 8, 8), ("", 0, 1),
    ])
    func `are those that the system leaves the process`(status: String, present: Int, expected: Int) {
        #expect(Processors.count(status: status, atMost: present) == expected)
    }

    @Test func `are as many as there are when nothing can be read`() {
        #expect(Processors.count(status: nil, atMost: 3) == 3)
    }

    @Test func `have an event loop each, and none that it may not use has one`() async throws {
        let status = try String(contentsOf: URL(filePath: "/proc/self/status"), encoding: .utf8)
        let line = status.split(separator: "\n").first { $0.hasPrefix("Cpus_allowed_list:") }
        let first = try #require(line?.dropFirst(18).drop { !$0.isNumber }.prefix { $0.isNumber })
        let server = try await RunningServer(prefix: ["/usr/bin/taskset", "-c", String(first)])
        // The threads were started by the time that the server was ready.
        let threads = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(server.processID)/task")
        let names = threads.compactMap {
            try? String(contentsOf: URL(filePath: "/proc/\(server.processID)/task/\($0)/comm"), encoding: .utf8)
        }
        #expect(names.filter { $0.hasPrefix("NIO-SGLTN-") }.count == 1, "\(names)")
    }
}
