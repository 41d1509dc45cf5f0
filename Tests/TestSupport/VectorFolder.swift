import FoundationEssentials
package import Testing

/// Test vectors of others, which are not part of this repository: the folder in `TESSERA_VECTORS`, or the one beside it.
package enum VectorFolder {
    package static let path: String = {
        if let path = ProcessInfo.processInfo.environment["TESSERA_VECTORS"] { return path }
        let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        return "/" + root + "/../shared/vectors"
    }()

    /// Whether a test fails rather than be skipped where its vectors are missing.
    package static let isRequired = ProcessInfo.processInfo.environment["TESSERA_REQUIRE_VECTORS"] == "1"

    package static func isUsed(_ name: String, in path: String = path, isRequired: Bool = isRequired) -> Bool {
        isRequired || FileManager.default.fileExists(atPath: path + "/" + name)
    }

    /// The bytes of one file; a test that needs them carries the ``Testing/Trait/vectors(_:)`` trait.
    package static func bytes(of name: String, in path: String = path) throws -> [UInt8] {
        guard let data = FileManager.default.contents(atPath: path + "/" + name) else { throw Missing(name: name) }
        return Array(data)
    }

    package struct Missing: Error {
        package let name: String
    }
}

extension Trait where Self == ConditionTrait {
    /// Skips the test, saying so, where the vectors are not there.
    package static func vectors(_ name: String) -> Self {
        .enabled(
            if: VectorFolder.isUsed(name),
            "skipped: no \(name) in \(VectorFolder.path); set TESSERA_VECTORS to the folder of vectors")
    }
}
