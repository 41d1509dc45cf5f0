import FoundationEssentials
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(10))) struct `The allocator` {
    @Test func `is tuned in the process that was started`() async throws {
        let server = try await RunningServer()
        let environment = try Data(contentsOf: URL(filePath: "/proc/\(server.processID)/environ"))
        let entries = environment.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
        let tunables = entries.filter { $0.hasPrefix("GLIBC_TUNABLES=") }
        #expect(tunables.count == 1)
        #expect(tunables.first?.contains("glibc.malloc.tcache_count=") == true)
        // Begun anew by its own name, so that lists of processes show it.
        let name = try String(contentsOf: URL(filePath: "/proc/\(server.processID)/comm"), encoding: .utf8)
        #expect(name == "tessera\n")
    }
}
