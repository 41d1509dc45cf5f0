import FoundationEssentials

/// The files of the project itself.
enum Repository {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path

    static func text(_ path: String) throws -> String {
        String(decoding: try Data(contentsOf: URL(filePath: root + "/" + path)), as: UTF8.self)
    }

    /// All Swift files below a folder.
    static func sources(in folder: String) throws -> [String] {
        let manager = FileManager.default
        return try manager.subpathsOfDirectory(atPath: root + "/" + folder).filter { $0.hasSuffix(".swift") }
            .map { try text(folder + "/" + $0) }
    }
}
