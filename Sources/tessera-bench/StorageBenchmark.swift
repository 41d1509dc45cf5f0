import Foundation
import JOSE
import Storage
import StorageSQLite

/// Durable writes per second of 64 concurrent writers on this disk, sharing commits and with a commit for each.
///
/// Prints `group_commit_writes_per_s single_commit_writes_per_s ratio`, the medians of alternating runs.
func storageBenchmark() async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "tessera-storage-benchmark-\(getpid())")
    try FileManager.default.createDirectory(
        at: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
    defer { try? FileManager.default.removeItem(at: folder) }
    var shared: [Double] = []
    var single: [Double] = []
    for run in 0..<5 {
        let path = folder.appending(path: "\(run)").path
        shared.append(try await writesPerSecond(SQLiteLimits(), path: path + "-shared.sqlite"))
        single.append(try await writesPerSecond(SQLiteLimits(writesPerCommit: 1), path: path + "-single.sqlite"))
    }
    let (group, one) = (median(shared), median(single))
    print("group_commit_writes_per_s single_commit_writes_per_s ratio")
    print("\(Int(group)) \(Int(one)) \(((group / one) * 100).rounded() / 100)")
}

private func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

private func writesPerSecond(_ limits: SQLiteLimits, path: String) async throws -> Double {
    let store = try await SQLiteStore.open(path: path, limits: limits)
    let clock = ContinuousClock()
    let start = clock.now
    let deadline = start + .seconds(1)
    let writes = try await withThrowingTaskGroup(of: Int.self) { group in
        for writer in 0..<64 {
            group.addTask {
                let domain = ReplayDomain.clientAssertion("client-\(writer)")
                var count = 0
                while clock.now < deadline {
                    _ = try await store.claim("jti-\(count)", in: domain, until: NumericDate(secondsSince1970: 1 << 40))
                    count += 1
                }
                return count
            }
        }
        return try await group.reduce(0, +)
    }
    let elapsed = (clock.now - start) / .seconds(1)
    await store.close()
    return Double(writes) / elapsed
}
