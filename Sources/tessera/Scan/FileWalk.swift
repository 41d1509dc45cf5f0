import Glibc

/// Visits every regular file below a path, without following links, and every repository on the way.
///
/// Names are bytes: not every file has a name in UTF-8.
struct FileWalk {
    enum Visit {
        case file(path: [CChar], descriptor: Int32)
        /// A folder with a `.git` in it, or a bare repository.
        case repository(path: [CChar])
        case unreadable(path: [CChar], reason: String)
    }

    private var folders: [[CChar]] = []

    mutating func walk(_ path: String, _ visit: (Visit) -> Void) {
        begin(Self.name(path.utf8.map { CChar(bitPattern: $0) }), visit)
        while let folder = folders.popLast() { list(folder, visit) }
    }

    static func text(_ path: [CChar]) -> String {
        String(decoding: path.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private static func name(_ bytes: some Collection<CChar>) -> [CChar] { Array(bytes) + [0] }

    /// A path that was named: a link is followed here, because somebody wrote it.
    private mutating func begin(_ path: [CChar], _ visit: (Visit) -> Void) {
        guard access(path, F_OK) == 0 else { return visit(.unreadable(path: path, reason: Self.reason())) }
        guard let facts = FileFacts(Self.text(path)) else {
            return visit(.unreadable(path: path, reason: "its kind cannot be told"))
        }
        if facts.isFolder { folders.append(path) } else if facts.isRegularFile { open(path, follows: true, visit) }
    }

    /// Asked by opening it: the C structure of stat has no one module to import it from in optimised builds.
    private static func isFolder(_ path: [CChar]) -> Bool {
        let descriptor = Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { return false }
        close(descriptor)
        return true
    }

    private static let head = "HEAD".utf8.map { CChar(bitPattern: $0) }
    private static let objects = "objects".utf8.map { CChar(bitPattern: $0) }
    private static let references = "refs".utf8.map { CChar(bitPattern: $0) }

    private static func reason() -> String { String(cString: strerror(errno)) }

    private func open(_ path: [CChar], follows: Bool, _ visit: (Visit) -> Void) {
        // Not blocking: opening a pipe would wait for a writer.
        let flags = O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY | (follows ? 0 : O_NOFOLLOW)
        let descriptor = Glibc.open(path, flags)
        guard descriptor >= 0 else { return visit(.unreadable(path: path, reason: Self.reason())) }
        defer { close(descriptor) }
        visit(.file(path: path, descriptor: descriptor))
    }

    private mutating func list(_ folder: [CChar], _ visit: (Visit) -> Void) {
        guard let stream = opendir(folder) else { return visit(.unreadable(path: folder, reason: Self.reason())) }
        defer { closedir(stream) }
        // What git itself knows a repository by.
        var marks: Set<[CChar]> = [Self.head, Self.objects, Self.references]
        defer { if marks.isEmpty { visit(.repository(path: folder)) } }
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                bytes.prefix { $0 != 0 }.map { CChar(bitPattern: $0) }
            }
            if name == [0x2E] || name == [0x2E, 0x2E] { continue }
            // `.git`: its objects are compressed, and are read through git.
            if name == [0x2E, 0x67, 0x69, 0x74] {
                visit(.repository(path: folder))
                continue
            }
            marks.remove(name)
            let path = Self.name(Array(folder.dropLast()) + (folder.dropLast().last == 0x2F ? [] : [0x2F]) + name)
            switch Int32(entry.pointee.d_type) {
            case Int32(DT_DIR): folders.append(path)
            case Int32(DT_REG): open(path, follows: false, visit)
            case Int32(DT_UNKNOWN):
                if Self.isFolder(path) {
                    folders.append(path)
                } else if FileFacts(Self.text(path))?.isRegularFile == true {
                    open(path, follows: false, visit)
                }
            default: continue
            }
        }
    }
}
