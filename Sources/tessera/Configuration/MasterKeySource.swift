import FoundationEssentials
package import Storage

/// Where the master key is to be found: the environment, a systemd credential, or its file, in this order.
package enum MasterKeySource: Hashable, Sendable {
    case text(String, origin: String)
    case file(String)

    static let credentialName = "tessera-master-key"

    package init(configuration: Configuration, environment: [String: String]) {
        if let text = configuration.text(.masterKeyValue), let entry = configuration[.masterKeyValue] {
            self = .text(text, origin: entry.source.description)
        } else if !configuration.isSet(.masterKeyFile), let folder = environment["CREDENTIALS_DIRECTORY"],
            let text = Self.text(in: folder + "/" + Self.credentialName)
        {
            // systemd gives the file to the unit's user alone, whatever its mode says.
            self = .text(text, origin: "the credential \(Self.credentialName)")
        } else {
            self = .file(configuration.masterKeyPath)
        }
    }

    /// Why there is no master key; the texts say what to do.
    enum SourceError: Error, Hashable { case unreadable(String), invalid(String) }

    package func key() throws -> MasterKey {
        switch self {
        case .file(let path): return try Self.key(in: path)
        case .text(let text, let origin):
            guard let key = MasterKey(text: text) else { throw SourceError.invalid(origin) }
            return key
        }
    }

    package static func key(in path: String) throws -> MasterKey {
        guard let text = text(in: path) else { throw SourceError.unreadable(path) }
        guard let key = MasterKey(text: text) else { throw SourceError.invalid(path) }
        return key
    }

    /// The one line of a small file.
    static func text(in path: String) -> String? {
        guard let facts = FileFacts(path), facts.isRegularFile, facts.size <= 1024,
            let bytes = FileManager.default.contents(atPath: path)
        else { return nil }
        return String(decoding: bytes, as: UTF8.self).trimmingLineEnds
    }
}

extension String {
    /// Without the line ends that editors and `echo` leave behind.
    var trimmingLineEnds: String {
        var text = Substring(self)
        while let last = text.last, last == "\n" || last == "\r\n" || last == "\r" { text = text.dropLast() }
        return String(text)
    }
}
