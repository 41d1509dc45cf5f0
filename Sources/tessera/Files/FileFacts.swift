import Glibc

/// What the file system says about a path, following links.
package struct FileFacts: Hashable, Sendable {
    package let mode: UInt32
    package let owner: UInt32
    package let size: Int
    private let type: UInt32

    /// `nil` if there is nothing, or it may not be looked at.
    package init?(_ path: String) {
        var entry = stat()
        guard stat(path, &entry) == 0 else { return nil }
        mode = entry.st_mode & 0o7777
        type = entry.st_mode & S_IFMT
        owner = entry.st_uid
        size = Int(entry.st_size)
    }

    package var isFolder: Bool { type == S_IFDIR }
    package var isRegularFile: Bool { type == S_IFREG }
    package var isSocket: Bool { type == S_IFSOCK }
    package var isReadableByOthers: Bool { mode & 0o077 != 0 }
    package var isWritableByOthers: Bool { mode & 0o022 != 0 }

    /// As `ls` and `chmod` write it.
    package var modeText: String {
        let octal = String(mode, radix: 8)
        return String(repeating: "0", count: max(0, 4 - octal.count)) + octal
    }

    /// The user that this process acts as.
    package static var ownUser: UInt32 { geteuid() }
}
