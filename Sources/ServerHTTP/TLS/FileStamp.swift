import FoundationEssentials

/// Enough of a file's state to see that it was written or replaced, behind symbolic links too.
struct FileStamp: Hashable, Sendable {
    private let path: String
    private let number: Int
    private let size: Int
    private let modified: Date
    /// Permission bits.
    let mode: Int

    init?(path: String) {
        // Certificate tools renew by pointing a link elsewhere, and the permissions that count are the file's.
        let path = URL(filePath: path).resolvingSymlinksInPath().path
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: path),
            let modified = attributes[.modificationDate] as? Date
        else { return nil }
        self.path = path
        self.modified = modified
        number = Self.integer(attributes[.systemFileNumber])
        size = Self.integer(attributes[.size])
        mode = Self.integer(attributes[.posixPermissions])
    }

    private static func integer(_ value: Any?) -> Int {
        switch value {
        case let value as any BinaryInteger: Int(truncatingIfNeeded: value)
        default: 0
        }
    }
}
