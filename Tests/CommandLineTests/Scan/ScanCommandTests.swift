import Foundation
import Glibc
import JOSE
import OAuth
import TestSupport
import Testing
import tessera

@Suite(.timeLimit(.minutes(5))) struct `tessera scan` {
    private let installation: TestInstallation
    private let program: Program
    private var folder: String { installation.folder + "/work" }

    init() throws {
        installation = try TestInstallation()
        mkdir(installation.folder + "/work", 0o755)
        program = Program(
            folder: installation.folder + "/work",
            environment: [
                "HOME": installation.folder, "GIT_CONFIG_NOSYSTEM": "1", "GIT_AUTHOR_NAME": "a",
                "GIT_AUTHOR_EMAIL": "a@example.com", "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@example.com",
            ])
    }

    private func key() -> String { APIKeyText.make(from: .system).secret.revealedValue }

    private func write(_ bytes: some Sequence<UInt8>, to name: String) throws {
        let url = URL(filePath: folder + "/" + name)
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: url)
    }

    private func git(_ arguments: String...) async throws {
        let child = try ChildProcess(
            ["/usr/bin/git"] + arguments, in: folder,
            environment: ["PATH": "/usr/bin:/bin"].merging(program.environment) { $1 })
        #expect(await child.ended().status == 0, "git \(arguments)")
    }

    private func findings(_ arguments: String...) async throws -> (status: Int32, list: [JSONObject], text: String) {
        let outcome = try await program.run(["scan", "--json"] + arguments)
        let json = try JSONObject(parsing: Array(outcome.output.utf8), limits: .document(maximumBytes: 1 << 20))
        guard case .array(let items)? = json["findings"] else { return (outcome.status, [], outcome.output) }
        let list = items.compactMap { item -> JSONObject? in
            guard case .object(let object) = item else { return nil }
            return object
        }
        return (outcome.status, list, outcome.output)
    }

    @Test func `finds planted secrets in files of every kind, and prints none`() async throws {
        let keys = (0..<4).map { _ in key() }
        try write("a\nb = \(keys[0])\n".utf8, to: "deep/er/config.txt")
        try write([0, 0xFF, 0xFE] + Array(keys[1].utf8) + [0], to: "binary")
        // Across the border of the pieces in which files are read.
        let border = 1 << 20
        try write([UInt8](repeating: 0x78, count: border - 20) + Array(keys[2].utf8), to: "long")
        try write(Array(keys[3].utf8.dropLast()) + [0x21], to: "broken")
        symlink("/etc", folder + "/link")
        mkfifo(folder + "/pipe", 0o600)
        let (status, list, text) = try await findings(folder)
        #expect(status == 1)
        let places = Dictionary(uniqueKeysWithValues: list.map { ($0.string("place") ?? "", $0) })
        #expect(Set(places.keys) == Set(["deep/er/config.txt", "binary", "long"].map { folder + "/" + $0 }))
        let first = places[folder + "/deep/er/config.txt"]
        #expect(first?.integer("line") == 2 && first?.integer("column") == 5 && first?.string("kind") == "API key")
        #expect(places[folder + "/long"]?.integer("column") == Int64(border - 19))
        for key in keys { #expect(!text.contains(key.dropFirst(4).prefix(12))) }
        let words = try await program.run("scan", folder)
        #expect(words.status == 1 && words.output.contains("config.txt:2:5: API key \(keys[0].prefix(8))..."))
        for key in keys { #expect(!words.output.contains(key.prefix(12))) }
    }

    @Test func `counts what has no checksum only where it is asked to`() async throws {
        try write("secret: \(SecretGenerator.system.secret(.clientSecret).revealedValue)\n".utf8, to: "a")
        let plain = try await findings(folder)
        #expect(plain.status == 0 && plain.list.isEmpty && plain.text.contains(#""probable_ignored":1"#))
        let probable = try await findings("--probable", folder)
        #expect(probable.status == 1 && probable.list.first?.bool("certain") == false)
    }

    @Test func `finds in the history of git what no file has any more`() async throws {
        let (deleted, changed, word, branch) = (key(), key(), key(), key())
        try await git("init", "-q", "-b", "main", ".")
        try write("x\n\(deleted)\n".utf8, to: "deleted.txt")
        try write("\(changed)\n".utf8, to: "changed.txt")
        try await git("add", ".")
        try await git("commit", "-qm", "first")
        try await git("rm", "-q", "deleted.txt")
        try write("clean\n".utf8, to: "changed.txt")
        try await git("commit", "-qam", "second, with \(word) in its words")
        try await git("checkout", "-qb", "side")
        try write("\(branch)\n".utf8, to: "side.txt")
        try await git("add", ".")
        try await git("commit", "-qm", "third")
        try await git("checkout", "-q", "main")
        try await git("branch", "-qD", "side")
        try await git("gc", "-q")
        let (status, list, _) = try await findings(folder)
        #expect(status == 1 && list.count == 4, "\(list)")
        let beginnings = Set(list.compactMap { $0.string("beginning") })
        #expect(beginnings == Set([deleted, changed, word, branch].map { String($0.prefix(8)) }))
        let gone = list.first { $0.string("beginning") == String(deleted.prefix(8)) }
        #expect(gone?.string("place")?.hasPrefix(folder + "/deleted.txt (commit ") == true)
        #expect(gone?.integer("line") == 2)
        #expect(try await findings("--no-history", folder).status == 0)
    }

    @Test func `finds in the history of a bare repository, and looks for none above a broken one`() async throws {
        let deleted = key()
        try await git("init", "-q", "-b", "main", ".")
        try write("\(deleted)\n".utf8, to: "deleted.txt")
        try await git("add", ".")
        try await git("commit", "-qm", "first")
        try await git("rm", "-q", "deleted.txt")
        try await git("commit", "-qm", "second")
        try await git("clone", "-q", "--bare", ".", installation.folder + "/mirrors/shop.git")
        for place in ["/mirrors", "/mirrors/shop.git"] {
            let (status, list, text) = try await findings(installation.folder + place)
            #expect(status == 1 && list.count == 1, "\(text)")
            #expect(
                list.first?.string("place")?
                    .hasPrefix(installation.folder + "/mirrors/shop.git/deleted.txt (commit ") == true)
        }
        // Looks like a repository and is none; the one above it has the secret, and is not meant.
        for name in ["HEAD", "objects/x", "refs/x"] { try write("x\n".utf8, to: "inner/" + name) }
        let (status, list, text) = try await findings(folder + "/inner")
        #expect(status == 1 && list.isEmpty && text.contains("was not searched to its end"), "\(text)")
    }

    @Test func `keeps what it found when one repository is damaged, and does not call that clean`() async throws {
        try await git("init", "-q", "-b", "main", "broken")
        try await git("init", "-q", "-b", "main", "whole")
        let keys = [key(), key()]
        for (name, key) in zip(["broken", "whole"], keys) {
            try write("\(key)\n".utf8, to: name + "/a.txt")
            try await git("-C", name, "add", ".")
            try await git("-C", name, "commit", "-qm", "first")
            try await git("-C", name, "rm", "-q", "a.txt")
            try await git("-C", name, "commit", "-qm", "second")
        }
        let objects = folder + "/broken/.git/objects"
        for name in try FileManager.default.subpathsOfDirectory(atPath: objects) where name.utf8.count == 41 {
            chmod(objects + "/" + name, 0o644)
            try Data("damaged".utf8).write(to: URL(filePath: objects + "/" + name))
        }
        let both = try await findings(folder)
        #expect(both.status == 1 && both.text.contains(#""complete":false"#), "\(both.text)")
        #expect(both.list.contains { $0.string("beginning") == String(keys[1].prefix(8)) })
        let alone = try await findings(folder + "/broken")
        #expect(alone.status == 1 && alone.text.contains("was not searched to its end"), "\(alone.text)")
        #expect(try await findings("--no-history", folder).status == 0)
    }

    @Test func `refuses a commit with a secret through its hook, and lets others pass`() async throws {
        try await git("init", "-q", "-b", "main", ".")
        let made = try await program.run("scan", "--install-hook")
        #expect(made.status == 0, "\(made.complaint)")
        var facts = stat()
        #expect(stat(folder + "/.git/hooks/pre-commit", &facts) == 0 && facts.st_mode & 0o111 == 0o111)
        let again = try await program.run("scan", "--install-hook")
        #expect(again.status == 1 && again.complaint.contains("already"))

        try write("clean\n".utf8, to: "a.txt")
        try await git("add", ".")
        #expect(try await program.run("scan", "--staged").status == 0)
        try write("x \(key())\n".utf8, to: "b.txt")
        // Not staged: it is not about to be committed.
        #expect(try await program.run("scan", "--staged").status == 0)
        try await git("add", ".")
        let found = try await findings("--staged")
        #expect(found.status == 1 && found.list.first?.string("place") == "b.txt")
        #expect(found.list.first?.integer("column") == 3)
    }

    @Test func `says what it could not search`() async throws {
        try write("clean\n".utf8, to: "a.txt")
        #expect(try await program.run("scan").status == 2)
        #expect(try await program.run("scan", folder + "/missing").output.contains("could not be read"))
        #expect(try await program.run("scan", "--staged", folder).status == 1)
        try await git("init", "-q", "-b", "main", ".")
        var without = program
        without.environment["PATH"] = folder
        let outcome = try await without.run("scan", folder)
        #expect(outcome.status == 0 && outcome.output.contains("git is not installed"))
    }
}
