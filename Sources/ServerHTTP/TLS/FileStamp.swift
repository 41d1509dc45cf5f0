import Foundation

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
            let modified = attributes[.modificationDate] as? Date,
            let number = (attributes[.systemFileNumber] as? NSNumber)?.intValue,
            let size = (attributes[.size] as? NSNumber)?.intValue,
            let mode = (attributes[.posixPermissions] as? NSNumber)?.intValue
        else { return nil }
        self.path = path
        self.modified = modified
        self.number = number
        self.size = size
        self.mode = mode
    }
}
