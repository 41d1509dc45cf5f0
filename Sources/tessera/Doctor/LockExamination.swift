import FoundationEssentials

/// Who has the database open, as the kernel says it; taking the lock to find out would disturb a start.
struct LockExamination {
    let configuration: Configuration

    /// The process that holds the lock of the database.
    var holder: Int32? {
        guard let facts = FileFacts(configuration.databasePath + ".lock"),
            let table = FileManager.default.contents(atPath: "/proc/locks")
        else { return nil }
        // 1: FLOCK  ADVISORY  WRITE 4711 fe:00:1835021 0 EOF
        for line in String(decoding: table, as: UTF8.self).split(separator: "\n") {
            let fields = line.split(separator: " ")
            guard fields.count > 5, fields[1] == "FLOCK", fields[5].hasSuffix(":\(facts.inode)") else { continue }
            return Int32(fields[4])
        }
        return nil
    }

    func findings() -> [Finding] {
        guard FileFacts(configuration.databasePath) != nil else { return [] }
        guard let holder else { return [.good("lock", "free: nobody has the database open")] }
        return [.good("lock", "held by process \(holder)")]
    }
}
