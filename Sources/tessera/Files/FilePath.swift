/// Arithmetic of paths as text; nothing here touches the file system.
package enum FilePath {
    package static func absolute(_ path: String, from folder: String) -> String {
        guard !path.hasPrefix("/") else { return path }
        var rest = Substring(path)
        while rest.hasPrefix("./") { rest = rest.dropFirst(2) }
        guard !rest.isEmpty, rest != "." else { return folder }
        return folder.hasSuffix("/") ? folder + rest : folder + "/" + rest
    }

    package static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}
