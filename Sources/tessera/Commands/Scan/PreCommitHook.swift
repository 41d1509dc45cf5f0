import FoundationEssentials
import Glibc

/// Makes the hook that keeps secrets out of commits.
enum PreCommitHook {
    private static let text = """
        #!/bin/sh
        # Made by 'tessera scan --install-hook': refuses a commit that has a secret of Tessera in it.
        exec tessera scan --staged

        """

    static func install(in folder: String, _ output: OutputOptions) throws {
        let path: String
        do { path = try location(in: folder) } catch { throw ScanCommand.explained(error) }
        // Somebody else's hook is not replaced, whatever it does.
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o755)
        guard descriptor >= 0 else {
            guard errno == EEXIST else {
                throw CommandFailure(.failure, "hook_unwritable", "\(path): \(String(cString: strerror(errno)))")
            }
            throw CommandFailure(
                .failure, "hook_exists", "there is a pre-commit hook already: \(path)",
                fix: "Add this line to it: tessera scan --staged || exit 1")
        }
        defer { close(descriptor) }
        let bytes = Array(text.utf8)
        guard write(descriptor, bytes, bytes.count) == bytes.count else {
            throw CommandFailure(.failure, "hook_unwritable", "\(path) could not be written")
        }
        output.confirm("Commits are searched before they are made: \(path)")
    }

    private static func location(in folder: String) throws(GitProcess.Failure) -> String {
        let git = try GitProcess(["rev-parse", "--git-path", "hooks"], in: folder, .own)
        git.closeInput()
        let hooks = git.text(until: 0x0A)
        guard git.end(), let hooks, !hooks.isEmpty else { throw .failed("\(folder) is no repository of git") }
        let absolute = FilePath.absolute(
            hooks, from: FilePath.absolute(folder, from: FileManager.default.currentDirectoryPath))
        mkdir(absolute, 0o755)
        return absolute + "/pre-commit"
    }
}
