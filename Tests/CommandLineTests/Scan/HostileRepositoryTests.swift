import Foundation
import Glibc
import JOSE
import OAuth
import TestSupport
import Testing

/// Searching a repository runs nothing that its configuration names: whoever unpacks an archive owns what is in it, so
/// that git trusts the configuration in there.
@Suite(.timeLimit(.minutes(5))) struct `tessera scan of a hostile repository` {
    private let installation: TestInstallation
    private let program: Program
    private var folder: String { installation.folder + "/work" }
    private var mark: String { installation.folder + "/ran" }
    private var evil: String { installation.folder + "/evil" }

    init() throws {
        installation = try TestInstallation()
        mkdir(installation.folder + "/work", 0o755)
        program = Program(
            folder: installation.folder + "/work",
            environment: [
                "HOME": installation.folder, "GIT_CONFIG_NOSYSTEM": "1", "GIT_AUTHOR_NAME": "a",
                "GIT_AUTHOR_EMAIL": "a@example.com", "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@example.com",
            ])
        try Data("#!/bin/sh\ntouch '\(mark)'\n".utf8).write(to: URL(filePath: evil))
        chmod(evil, 0o755)
    }

    /// Runs a script of the shell that ends at the first failure.
    private func prepare(_ script: String) async throws {
        let environment = ["PATH": "/usr/bin:/bin", "EVIL": evil].merging(program.environment) { $1 }
        let child = try ChildProcess(["/bin/sh", "-euc", script], in: folder, environment: environment)
        #expect(await child.ended().status == 0)
    }

    private func plant() async throws {
        let key = APIKeyText.make(from: .system).secret.revealedValue
        try Data("\(key)\n".utf8).write(to: URL(filePath: folder + "/key.txt"))
        try await prepare("git init -q -b main .; git add .; git commit -qm first")
    }

    private func search(_ arguments: String...) async throws -> (status: Int32, text: String) {
        let outcome = try await program.run(["scan"] + arguments)
        #expect(access(mark, F_OK) != 0, "a program of the repository ran")
        return (outcome.status, outcome.output + outcome.complaint)
    }

    @Test func `checks no signature with the program that the repository names`() async throws {
        try await plant()
        try await prepare(
            """
            signed=$(git cat-file commit HEAD | sed '/^committer/a gpgsig -----BEGIN PGP SIGNATURE-----\\n \\n wsB\\n \
            -----END PGP SIGNATURE-----' | git hash-object -t commit -w --stdin)
            git update-ref refs/heads/main "$signed"
            for program in gpg gpg.openpgp gpg.ssh gpg.x509; do git config "$program.program" "$EVIL"; done
            git config log.showSignature true
            """)
        let (status, text) = try await search(folder)
        #expect(status == 1 && text.contains("/key.txt (commit "), "\(text)")
    }

    @Test func `fetches nothing that a partial clone lacks`() async throws {
        try await plant()
        try await prepare(
            """
            mkdir d; echo x > d/file; git add .; git commit -qm second
            tree=$(git rev-parse HEAD:d)
            git config core.repositoryFormatVersion 1
            git config extensions.partialClone origin
            git config remote.origin.promisor true
            git config remote.origin.url "ext::$EVIL"
            git config protocol.ext.allow always
            git config protocol.allow always
            rm -f ".git/objects/$(echo "$tree" | cut -c1-2)/$(echo "$tree" | cut -c3-)"
            """)
        let (status, text) = try await search(folder)
        #expect(status == 1 && text.contains("is a partial clone"), "\(text)")
    }

    @Test func `asks no monitor, pager, hook, filter or outside comparison of the repository`() async throws {
        try await plant()
        try await prepare(
            """
            printf '* filter=evil diff=evil\\n' > .gitattributes
            for name in core.fsmonitor core.pager core.sshCommand core.askPass core.editor diff.external pager.diff \
                pager.log diff.evil.command diff.evil.textconv filter.evil.clean filter.evil.process; do
                git config "$name" "$EVIL"
            done
            for hook in post-index-change reference-transaction post-checkout; do cp "$EVIL" ".git/hooks/$hook"; done
            """)
        #expect(try await search(folder).status == 1)
        #expect(try await search("--staged", folder).status == 0)
    }

    @Test func `searches the repository that it was pointed to, whatever hook it is called from`() async throws {
        try await plant()
        let other = installation.folder + "/other"
        mkdir(other, 0o755)
        try await prepare("git rm -q --cached key.txt; rm key.txt; cd ../other; git init -q .")
        var inHook = program
        inHook.environment["GIT_DIR"] = other + "/.git"
        let outcome = try await inHook.run("scan", folder)
        #expect(outcome.status == 1 && outcome.output.contains("API key"), "\(outcome.output)")
    }
}
