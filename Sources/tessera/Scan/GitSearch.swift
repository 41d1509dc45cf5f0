/// Searches what git keeps: every object that there ever was, or what is about to be committed.
struct GitSearch {
    let folder: String
    let input: ScanInput

    /// Where in git something was found.
    struct Place: Hashable {
        let object: String
        /// `blob`, `commit` or `tag`.
        let type: String
    }

    /// Every version of every file, and the words of commits and tags, also of branches that are gone, as long as git
    /// keeps them.
    func history(
        _ found: (Place, SecretScanner.Match) -> Void
    ) throws(GitProcess.Failure) -> (objects: Int64, bytes: Int64) {
        let git = try GitProcess(
            ["cat-file", "--batch-all-objects", "--batch", "--buffer", "--unordered"], in: folder, .stranger(in: folder)
        )
        git.closeInput()
        var (count, total): (Int64, Int64) = (0, 0)
        while try object(git, &total, found) { count += 1 }
        guard git.end() else { throw .failed("git could not read the objects of \(folder)") }
        return (count, total)
    }

    /// What the next commit will have of the files that it changes; `found` learns their paths.
    func staged(
        _ found: (String, SecretScanner.Match) -> Void
    ) throws(GitProcess.Failure) -> (files: Int64, bytes: Int64) {
        let changes = try stagedObjects()
        let git = try GitProcess(["cat-file", "--batch"], in: folder, .own)
        var total: Int64 = 0
        for (object, path) in changes {
            guard git.write(object + "\n") else { throw .failed("git stopped") }
            guard try self.object(git, &total, { found(path, $1) }) else { throw .failed("git stopped") }
        }
        guard git.end() else { throw .failed("git could not read what is staged in \(folder)") }
        return (Int64(changes.count), total)
    }

    /// Whether objects may be missing here that git would fetch.
    var isPartial: Bool {
        guard
            let git = try? GitProcess(
                ["config", "--get", "extensions.partialClone"], in: folder, .stranger(in: folder))
        else {
            return false
        }
        git.closeInput()
        while git.text(until: 0x0A) != nil {}
        return git.end()
    }

    /// The path by which a commit knows an object; `nil` if none does.
    ///
    /// With commands for programs, which do not read the settings for what people like to see: `git log` checks
    /// signatures, with the program that the repository names, where it is told to.
    func path(of object: String) -> String? {
        guard
            let commits = try? GitProcess(["rev-list", "--all"], in: folder, .stranger(in: folder)),
            let git = try? GitProcess(
                [
                    "diff-tree", "--stdin", "-r", "--root", "--name-only", "-z", "--no-ext-diff",
                    "--ignore-submodules=all", "--find-object=\(object)",
                ], in: folder, .stranger(in: folder), reading: commits)
        else { return nil }
        commits.closeInput()
        git.closeInput()
        defer {
            git.stop()
            commits.stop()
        }
        guard let commit = git.text(until: 0), let path = git.text(until: 0) else { return nil }
        return "\(path) (commit \(commit.prefix(12)))"
    }

    private func stagedObjects() throws(GitProcess.Failure) -> [(object: String, path: String)] {
        let git = try GitProcess(
            [
                "diff", "--cached", "--raw", "-z", "--no-abbrev", "--no-renames", "--no-ext-diff", "--no-textconv",
                "--ignore-submodules=all", "--diff-filter=AMT",
            ], in: folder, .own)
        git.closeInput()
        var changes: [(String, String)] = []
        // `:oldmode newmode old new status`, a NUL, the path, a NUL.
        while let head = git.text(until: 0), let path = git.text(until: 0) {
            let words = head.split(separator: " ")
            guard words.count == 5, words[1] != "160000" else { continue }
            changes.append((String(words[3]), path))
        }
        guard git.end() else { throw .failed("\(folder) is no repository of git") }
        return changes
    }

    /// Reads `<object> <type> <size>`, a line feed, the content and another line feed; `false` at the end.
    private func object(
        _ git: GitProcess, _ total: inout Int64, _ found: (Place, SecretScanner.Match) -> Void
    ) throws(GitProcess.Failure) -> Bool {
        guard let head = git.text(until: 0x0A) else { return false }
        let words = head.split(separator: " ")
        guard words.count == 3, var left = Int(words[2]), left >= 0 else { throw .failed("git answered: \(head)") }
        let place = Place(object: String(words[0]), type: String(words[1]))
        let isText = place.type != "tree"
        let read: (UnsafeMutableRawBufferPointer) -> Int = { buffer in
            guard left > 0 else { return 0 }
            let count = git.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer.prefix(left)))
            guard count > 0 else { return -1 }
            left -= count
            return count
        }
        let count = input.search(read) { match in
            if isText { found(place, match) }
        }
        guard let count, git.text(until: 0x0A)?.isEmpty == true else { throw .failed("git stopped in \(place.object)") }
        total += count
        return true
    }
}
