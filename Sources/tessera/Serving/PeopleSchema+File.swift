package import AuthorizationServer
import FoundationEssentials
import JOSE

extension PeopleSchema {
    private static let maximumBytes = 262_144

    /// Why a file is no schema, in words for the operator.
    package struct FileError: Error, CustomStringConvertible {
        package let description: String
    }

    package init(file path: String) throws(FileError) {
        guard let facts = FileFacts(path), facts.isRegularFile, facts.size <= Self.maximumBytes,
            let bytes = FileManager.default.contents(atPath: path)
        else { throw FileError(description: "there is no such file of at most 256 KiB") }
        guard let json = try? JSONObject(parsing: [UInt8](bytes), limits: .document(maximumBytes: Self.maximumBytes))
        else { throw FileError(description: "it is no JSON object") }
        do { try self.init(json) } catch {
            guard case .invalid(let problems) = error else { throw FileError(description: "\(error)") }
            throw FileError(description: problems.map { "\($0.field) \($0.text)" }.joined(separator: "; "))
        }
    }
}
