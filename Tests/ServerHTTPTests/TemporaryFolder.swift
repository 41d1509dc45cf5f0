import Foundation

/// A folder that only this test uses; removed by ``remove()``.
struct TemporaryFolder {
    let path: String

    init() throws {
        var generator = SystemRandomNumberGenerator()
        path = "/tmp/tessera-http-\(String(generator.next() as UInt64, radix: 36))"
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
    }

    func remove() { try? FileManager.default.removeItem(atPath: path) }

    func mode(_ name: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: path + "/" + name)
        return (attributes[.posixPermissions] as? NSNumber)?.intValue ?? -1
    }
}
