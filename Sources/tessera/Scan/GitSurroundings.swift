import Glibc

/// Where git runs, so that neither the configuration of a repository nor the variables of the caller choose what runs.
///
/// A repository that is searched may be an enemy's: an unpacked archive has the owner who unpacked it, so that git itself
/// trusts its configuration.
struct GitSurroundings {
    /// Behind `git`, before the command; programs that start git again inherit it.
    let options: [String]
    let environment: [String]

    /// For a repository that was found on the way; where git takes it for none, it looks no further up.
    static func stranger(in folder: String) -> GitSurroundings {
        GitSurroundings(
            options: settings + ["-c", "core.hooksPath=/dev/null"], keeping: ["GIT_CONFIG"],
            ceiling: parent(of: folder))
    }

    private static func parent(of folder: String) -> String? {
        guard let resolved = realpath(folder, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved).lastIndex(of: "/").map { String(String(cString: resolved)[..<$0]) }
    }

    /// For the repository in which the caller works: git names it to hooks by variables, its index among them.
    static var own: GitSurroundings { GitSurroundings(options: settings, keeping: ["GIT_CONFIG"] + repositoryNames) }

    private static let repositoryNames = [
        "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_OBJECT_DIRECTORY",
        "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_QUARANTINE_PATH",
    ]

    /// Everything by which a repository names a program to one of the commands used here, or to what they start.
    private static let settings =
        ["--no-pager", "--no-replace-objects"]
        + [
            "core.fsmonitor=false", "core.pager=cat", "core.sshCommand=false", "core.askPass=false",
            "core.alternateRefsCommand=true", "credential.helper=", "log.showSignature=false",
            "gpg.program=false", "gpg.openpgp.program=false", "gpg.ssh.program=false", "gpg.x509.program=false",
            "protocol.allow=never", "gc.auto=0", "maintenance.auto=false",
        ].flatMap { ["-c", $0] }

    /// Nothing is fetched, by any protocol: that runs programs, and a search is offline.
    private static let forced = [
        "GIT_ALLOW_PROTOCOL=", "GIT_NO_LAZY_FETCH=1", "GIT_TERMINAL_PROMPT=0", "GIT_OPTIONAL_LOCKS=0", "GIT_PAGER=cat",
    ]

    /// - Parameter kept: beginnings of the variables of git that stay.
    private init(options: [String], keeping kept: [String], ceiling: String? = nil) {
        self.options = options
        environment =
            Self.variables().filter { variable in
                !variable.hasPrefix("GIT_") || kept.contains { variable.hasPrefix($0) }
            } + Self.forced + (ceiling.map { ["GIT_CEILING_DIRECTORIES=" + $0] } ?? [])
    }

    private static func variables() -> [String] {
        var next = environ
        var list: [String] = []
        while let text = next.pointee {
            list.append(String(cString: text))
            next += 1
        }
        return list
    }
}
