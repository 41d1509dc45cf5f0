import Foundation
import JOSE
import Storage
import StorageSQLite

/// A durable write as the benchmark makes it: the number of the writer and of its write.
private typealias Write = @Sendable (SQLiteStore, _ writer: Int, _ count: Int) async throws -> Void

/// Durable writes per second of 64 concurrent writers on this disk, sharing commits and with a commit for each.
///
/// Two kinds, since they cost differently: rows that are appended (audit events), many of which share a page of the log,
/// and rows whose keys scatter (one-time identifiers), each of which dirties a page of its own. Prints
/// `kind group_commit_writes_per_s single_commit_writes_per_s ratio`, the medians of short alternating runs; the ratio is
/// the median of those of the pairs, since a disk is not as fast now as in a minute.
func storageBenchmark() async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "tessera-storage-benchmark-\(getpid())")
    try FileManager.default.createDirectory(
        at: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
    defer { try? FileManager.default.removeItem(at: folder) }
    print("kind group_commit_writes_per_s single_commit_writes_per_s ratio")
    try await compare("scattered", in: folder) { store, writer, count in
        _ = try await store.claim(
            "jti-\(count)", in: .clientAssertion("client-\(writer)"), until: NumericDate(secondsSince1970: 1 << 40))
    }
    try await compare("appended", in: folder) { store, writer, count in
        _ = try await store.append([
            AuditEvent(
                at: NumericDate(secondsSince1970: 1_800_000_000), action: "token.revoked", actor: "client:\(writer)",
                target: "token:\(count)", address: "192.0.2.1", requestID: "r-\(count)")
        ])
    }
}

private func compare(_ kind: String, in folder: URL, _ write: @escaping Write) async throws {
    var shared: [Double] = []
    var single: [Double] = []
    for run in 0...15 {
        let path = folder.appending(path: "\(kind)-\(run)").path
        let group = try await writesPerSecond(SQLiteLimits(), path: path + "-shared.sqlite", write)
        let one = try await writesPerSecond(SQLiteLimits(writesPerCommit: 1), path: path + "-single.sqlite", write)
        // The first pair warms up what all use.
        guard run > 0 else { continue }
        shared.append(group)
        single.append(one)
    }
    let ratio = median(zip(shared, single).map { $0 / $1 })
    print("\(kind) \(Int(median(shared))) \(Int(median(single))) \((ratio * 100).rounded() / 100)")
}

private func writesPerSecond(_ limits: SQLiteLimits, path: String, _ write: @escaping Write) async throws -> Double {
    let store = try await SQLiteStore.open(path: path, limits: limits)
    let clock = ContinuousClock()
    let start = clock.now
    let deadline = start + .milliseconds(400)
    let writes = try await withThrowingTaskGroup(of: Int.self) { group in
        for writer in 0..<64 {
            group.addTask {
                var count = 0
                while clock.now < deadline {
                    try await write(store, writer, count)
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
