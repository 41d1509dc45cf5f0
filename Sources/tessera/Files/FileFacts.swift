import Foundation  // FileManager: the C structure of stat has no one module to import it from in optimised builds

/// What the file system says about a path, following links.
package struct FileFacts: Hashable, Sendable {
    package let mode: UInt32
    package let owner: UInt32
    package let size: Int
    /// The number that the kernel's tables know it by.
    package let inode: UInt
    private let type: FileAttributeType

    /// `nil` if there is nothing, or it may not be looked at.
    package init?(_ path: String) {
        let path = URL(filePath: path).resolvingSymlinksInPath().path
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: path),
            let mode = (attributes[.posixPermissions] as? NSNumber)?.uint32Value,
            let owner = (attributes[.ownerAccountID] as? NSNumber)?.uint32Value,
            let size = (attributes[.size] as? NSNumber)?.intValue,
            let inode = (attributes[.systemFileNumber] as? NSNumber)?.uintValue,
            let type = attributes[.type] as? FileAttributeType
        else { return nil }
        self.mode = mode & 0o7777
        self.owner = owner
        self.size = size
        self.inode = inode
        self.type = type
    }

    package var isFolder: Bool { type == .typeDirectory }
    package var isRegularFile: Bool { type == .typeRegular }
    package var isSocket: Bool { type == .typeSocket }
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
