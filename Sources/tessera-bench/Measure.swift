import Foundation

/// CPU time of one call, from a few.
func microseconds(of calls: Int, _ body: () throws -> Void) throws -> Double {
    let start = cpuNanoseconds(CLOCK_THREAD_CPUTIME_ID)
    for _ in 0..<calls { try body() }
    return Double(cpuNanoseconds(CLOCK_THREAD_CPUTIME_ID) - start) / (1000 * Double(calls))
}

/// The same of work that any thread may go on with: what the whole process takes.
func microseconds(of calls: Int, _ body: () async throws -> Void) async throws -> Double {
    let start = cpuNanoseconds(CLOCK_PROCESS_CPUTIME_ID)
    for _ in 0..<calls { try await body() }
    return Double(cpuNanoseconds(CLOCK_PROCESS_CPUTIME_ID) - start) / (1000 * Double(calls))
}

func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    return sorted.isEmpty ? 0 : sorted[sorted.count / 2]
}

func text(_ value: Double) -> String { String(format: "%.2f", value) }

/// What the process has in memory.
func residentBytes() -> Int {
    let text = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)) ?? ""
    let pages = text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
    return pages * sysconf(Int32(_SC_PAGESIZE))
}

private func cpuNanoseconds(_ clock: clockid_t) -> Int {
    var time = timespec()
    clock_gettime(clock, &time)
    return time.tv_sec * 1_000_000_000 + time.tv_nsec
}
